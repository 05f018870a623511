"""Write docs/conformance.json and docs/conformance.md from what tests have seen, and from docs/differences.toml.

Without arguments the walks (``pytest -m conformance``) are run first and their results written anew; ``--page`` makes
the page of the results that are there. A test fails while the page is not what the results give.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core import service_model  # noqa: E402 - the path comes first
from scripts.conformance_model import (  # noqa: E402 - the path comes first
    KINDS,
    Tables,
    declared_errors,
    differences,
    items,
    seen_items,
    tables,
)

DATA = ROOT / "docs" / "conformance.json"
PAGE = ROOT / "docs" / "conformance.md"
ITEM_TITLES = {
    "operation": "Operations",
    "request": "Members of requests, and their enum values",
    "limit": "Constraints of requests",
    "error": "Errors that operations declare",
    "answer": "Members of answers",
    "value": "Enum values of answers",
}
TABLE_TITLES = {
    "algorithms": "Cryptographic operation × key spec and usage × algorithm",
    "alias_moves": "UpdateAlias: kind of the old key × kind of the new one",
    "boto3": "Operation × boto3 against the running service",
    "audit": "Operation × golden record of the audit trail",
    "condition_keys": "Operation on a key × condition key of policies, met and not met",
    "constraints": "Operation × constraint and JSON type of each member, broken once",
    "creations": "CreateKey: key spec × usage × origin × Regions",
    "errors": "Operation × error that it declares",
    "grant_operations": "CreateGrant: kind of key × operation granted",
    "kinds": "Operation × key spec and usage",
    "members": "Operation × member and enum value of request and answer",
    "message_types": "Sign and Verify: kind of key × algorithm × message type",
    "state_rules": "Operation × origin × key state, as a rule",
    "states": "Operation × origin × key state, with a key in that state",
    "wrappings": "Imported material: kind of key × wrapping algorithm and key spec",
}
OF_NEARLY_ALL = "no-dependencies"  # not repeated at every operation
DIFFERENCE_TITLES = {
    "absent": "Not in this version",
    "otherwise": "Done differently on purpose",
    "unknown": "What AWS does is not known",
    "same": "In the service model, and as on AWS",
}


def conformance(results: Tables | None = None) -> dict[str, Any]:
    """Return the whole page as data; the console shows it too."""
    results = tables() if results is None else results
    seen, explained = seen_items(results), differences()
    rows: list[dict[str, Any]] = []
    for kind in KINDS:
        of_kind = [item for item in items() if item.startswith(f"{kind} ")]
        found = sum(item in seen for item in of_kind)
        listed = sum(any(each.accounts_for(item) for each in explained) for item in of_kind if item not in seen)
        title = ITEM_TITLES[kind]
        rows.append({"kind": kind, "title": title, "total": len(of_kind), "seen": found, "listed": listed})
    return {
        "model": f"kms-{service_model.API_VERSION}, botocore {version('botocore')}",
        "items": rows,
        "tables": [
            {"name": name, "title": TABLE_TITLES[name], "rows": len(table), "cells": sum(map(len, table.values()))}
            for name, table in results.items()
        ],
        "cells": sum(len(cells) for table in results.values() for cells in table.values()),
        "operations": [_operation(name, results, seen) for name in service_model.operation_names()],
        "differences": [
            {
                "kind": kind,
                "title": title,
                "entries": [
                    {"id": each.id, "title": each.title, "text": each.text} for each in explained if each.kind == kind
                ],
            }
            for kind, title in DIFFERENCE_TITLES.items()
        ],
    }


def _operation(name: str, results: Tables, seen: set[str]) -> dict[str, Any]:
    declared = declared_errors(name)
    unseen = [item for item in items() if item not in seen and _is_of(name, item)]
    own = [each for each in differences() if any(each.accounts_for(item) for item in unseen)]
    return {
        "name": name,
        "implemented": f"operation {name}" in seen,
        "states": len(results["states"].get(name, ())),
        "errors": [sum(f"error {name}.{error}" in seen for error in declared), len(declared)],
        "record": next(iter(results["audit"].get(name, {})), ""),
        "differences": [each.id for each in own if each.id != OF_NEARLY_ALL],
    }


def _is_of(operation: str, item: str) -> bool:
    """Tell an operation's own items; members of answers belong to structures, which several may share."""
    name = item.partition(" ")[2]
    return name == operation or name.startswith((f"{operation}.", f"{operation}Response."))


def page(data: Mapping[str, Any]) -> str:
    """Return the page as Markdown."""
    cells = data["cells"]
    absent = sum(not each["implemented"] for each in data["operations"])
    return "\n".join(
        [
            "# Conformance",
            "",
            f"What this service does of AWS KMS (service model {data['model']}), and what it does otherwise. Every "
            "figure is made of answers that tests have seen, kept in `tests/results`: a walk that gets another answer "
            "fails.",
            "",
            "Written by `scripts/make_conformance.py`. Shown in the console at **Help > Conformance**.",
            "",
            f"{len(data['operations'])} operations, {absent} of them only as in an account without a custom key store; "
            f"{cells:,} cells of tables tested.",
            "",
            "## The service model",
            "",
            "Everything in the model was seen at work, or the list of differences accounts for it.",
            "",
            "| Of the model | Items | Seen | Accounted for below |",
            "|---|--:|--:|--:|",
            *(f"| {row['title']} | {row['total']} | {row['seen']} | {row['listed']} |" for row in data["items"]),
            "",
            "## Tables walked in full",
            "",
            "| Table | Rows | Cells |",
            "|---|--:|--:|",
            *(f"| {table['title']} | {table['rows']} | {table['cells']:,} |" for table in data["tables"]),
            f"| All | | {cells:,} |",
            "",
            "## Operations",
            "",
            "*States*: in how many states and origins keys were tried, each with the answer of the key-state table; - "
            "where the operation is about no key. *Errors*: how many were raised of those that the model declares. "
            "*Audit*: whether the operation's record was compared with its golden record. What is missing is accounted "
            "for by the differences named, or by [no-dependencies](#no-dependencies), which most operations have.",
            "",
            "| Operation | Implemented | States | Errors | Audit | Differences |",
            "|---|---|--:|--:|---|---|",
            *(_row(each) for each in data["operations"]),
            "",
            "## Differences from AWS",
            *(line for section in data["differences"] for line in _section(section)),
            "",
        ]
    )


def _row(each: Mapping[str, Any]) -> str:
    raised, declared = each["errors"]
    named = ", ".join(f"[{name}](#{name})" for name in each["differences"])
    implemented = "yes" if each["implemented"] else "no store"
    return (
        f"| {each['name']} | {implemented} | {each['states'] or '-'} | {raised} of {declared} | "
        f"{'equal' if each['record'] else 'no'} | {named} |"
    )


def _section(section: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", f"### {section['title']}", "")
    for each in section["entries"]:
        yield f'- <a id="{each["id"]}"></a>**{each["title"]}.** {each["text"]}'


def walk() -> int:
    """Run the walks from nothing, so that no row of a walk that is gone remains."""
    for path in (ROOT / "tests" / "results").glob("*.json"):
        path.unlink()
    command = [sys.executable, "-m", "pytest", "-q", "-m", "conformance", "-n", "2", "--dist", "worksteal"]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, "KMS_TEST_REWRITE_RESULTS": "1"}, check=False
    ).returncode


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--page", action="store_true", help="do not run the walks")
    if not options.parse_args().page and walk() != 0:
        sys.exit("A walk has failed: the page is as it was.")
    data = conformance()
    DATA.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(data), encoding="utf-8")
    for table in data["tables"]:
        print(f"{table['cells']:7,}  {table['title']}")
    print(f"{data['cells']:7,}  cells in all")
    for section in data["differences"]:
        print(f"{len(section['entries']):7,}  {section['title']}")


if __name__ == "__main__":
    main()
