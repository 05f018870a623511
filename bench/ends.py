#!/usr/bin/env python3
"""Both ends: what a list, a look-up and an Encrypt cost on a nearly empty installation, and on one that is full.

``compare`` makes two installations on SQLite, each in a process of its own (``ends.py KEYS EVENTS``), and measures them
in turns. Rows are made by SQL, copies of one real row: a million in some ten seconds.
"""

import json
import logging
import os
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import servers

SMALL, LARGE = (100, 1_000), (100_000, 1_000_000)
EVENTS_OF_THE_KEY = 50  # the same number at both ends: what is looked up is what else there is
# First by age and by alias, so that the list shows them: it opens their material, and a copy's would not open.
REAL_KEYS = 60
POLICY_STATEMENTS = 300
ACCOUNT, REGION = "111122223333", "us-east-1"


def compare(rounds: int = 5) -> list[dict[str, Any]]:
    """Return the figures of the small and of the large end, medians of rounds taken in turns."""
    with ExitStack() as stack:
        ends = [_End(stack.enter_context(servers.installation()), *size) for size in (SMALL, LARGE)]
        for end in ends:
            stack.callback(end.stop)
            end.ready()
        found = [[end.figures() for end in ends] for _ in range(rounds)]
    return [
        {
            "keys": size[0],
            "events": size[1],
            "figures": {name: statistics.median(pair[place][name] for pair in found) for name in found[0][0]},
        }
        for place, size in enumerate((SMALL, LARGE))
    ]


class _End:
    """One installation, in a process that measures when it is told to."""

    def __init__(self, env: dict[str, str], keys: int, events: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(keys), str(events)],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ready(self) -> None:
        self._line()

    def figures(self) -> dict[str, float]:
        assert self._process.stdin is not None
        self._process.stdin.write("measure\n")
        self._process.stdin.flush()
        found: dict[str, float] = json.loads(self._line())
        return found

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("One end has stopped; its error is above.")
        return line


def main(keys: int, events: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kmsconsole.settings")
    import django

    django.setup()
    from django.test import Client

    from operations.installation import prepare

    logging.disable()
    prepare()
    key_id = run("CreateKey", {"Description": "bench"})["KeyMetadata"]["KeyId"]
    run("CreateAlias", {"AliasName": "alias/bench", "TargetKeyId": key_id})
    for _ in range(EVENTS_OF_THE_KEY):
        run("DescribeKey", {"KeyId": key_id})
    copy_rows(keys - REAL_KEYS, events)
    if keys > SMALL[0]:
        run("PutKeyPolicy", {"KeyId": key_id, "PolicyName": "default", "Policy": long_policy()})
    for number in range(REAL_KEYS):
        key = run("CreateKey", {"Description": f"real {number}"})["KeyMetadata"]
        run("CreateAlias", {"AliasName": f"alias/real{number}", "TargetKeyId": key["KeyId"]})
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(principal(), backend="kmsconsole.web.authenticate.ConsoleBackend")
    figures(browser, key_id)  # compiles templates, fills caches
    print("ready", flush=True)
    for _ in sys.stdin:
        print(json.dumps(figures(browser, key_id)), flush=True)


def figures(browser: Any, key_id: str) -> dict[str, float]:
    """Return CPU times of this process: other programs on the machine change them least."""

    def page() -> None:
        assert browser.get("/kms/keys").status_code == 200

    of_the_key = {"LookupAttributes": [{"AttributeKey": "ResourceName", "AttributeValue": arn(key_id)}]}
    encrypt = json.dumps({"KeyId": key_id, "Plaintext": "A" * 44}).encode()
    return {
        "key list page, CPU ms": cpu_of(page, 10) * 1e3,
        "ListKeys, CPU ms": cpu_of(lambda: run("ListKeys", {}), 40) * 1e3,
        "LookupEvents by key, CPU ms": cpu_of(lambda: run("LookupEvents", of_the_key), 40) * 1e3,
        "Encrypt, CPU us": cpu_of(lambda: run("Encrypt", encrypt), 20, times=25) * 1e6,
    }


def cpu_of(action: Callable[[], object], rounds: int, times: int = 1) -> float:
    """Return the median of rounds; each does the action so many times."""
    took = []
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(times):
            action()
        took.append((time.process_time() - began) / times)
    return statistics.median(took)


def arn(key_id: str) -> str:
    return f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key_id}"


def principal() -> Any:
    from accounts.models import Principal

    return Principal.objects.get(account_id=ACCOUNT, kind="user")


def run(action: str, members: dict[str, object] | bytes) -> Any:
    """Run a call of the account's administrator; returns the members of the answer."""
    from core.calls import Call, Door
    from operations import clock, pipeline
    from operations.snapshots import find_credential

    credential = find_credential(servers.ACCESS_KEY)
    assert credential is not None
    call = Call(
        action=action,
        members=members,
        caller=credential.caller,
        region=REGION,
        time=clock.account_time(0),
        request_id=uuid.uuid4().hex,
        source_address="192.0.2.7",
        user_agent="bench",
        door=Door.API,
        access_key_id=servers.ACCESS_KEY,
    )
    return pipeline.run(call).members or {}


def long_policy() -> str:
    """Return a key policy of 300 statements, as many as its 32 KiB hold; the last one permits everything."""
    actions = [f"kms:{name}" for name in ("Verify", "Sign", "VerifyMac")] * (POLICY_STATEMENTS // 3)
    actions[-1] = "kms:*"
    account = {"AWS": ACCOUNT}
    statements = [{"Effect": "Allow", "Principal": account, "Action": action, "Resource": "*"} for action in actions]
    return json.dumps({"Statement": statements}, separators=(",", ":"))


# --- many rows --------------------------------------------------------------------------------------------------------
def copy_rows(keys: int, events: int) -> None:
    from django.db import connection, transaction

    from audit.models import AuditEvent
    from audit.trail import trail
    from keys.models import Alias, KeyMaterial, KmsKey
    from policies.models import KeyPolicy

    key = KmsKey.objects.get()
    trail.close()
    with connection.cursor() as cursor:
        # No log and no waiting for the disk: this installation is thrown away, and must be made fast.
        cursor.execute("PRAGMA journal_mode=MEMORY")
        cursor.execute("PRAGMA synchronous=OFF")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE number AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
            f" WHERE i < {max(keys, events)}) SELECT i FROM n"
        )
        own = {"key_id": f"i + {key.pk}"}
        copy(
            cursor,
            KmsKey,
            keys - 1,
            {
                "key_id": "printf('%08x-0000-4000-8000-%012x', i, i)",
                "first_alias": "printf('alias/z%07d', i)",
            },
        )
        copy(cursor, KeyMaterial, keys - 1, {**own, "material_id": "lower(hex(randomblob(32)))"})
        copy(cursor, KeyPolicy, keys - 1, own)
        copy(cursor, Alias, keys - 1, {**own, "name": "printf('alias/z%07d', i)"})
        newest = AuditEvent.objects.order_by("-sequence").first()
        assert newest is not None
        # Spread over the 90 days that are shown, about as many keys; the newest records stay those of the real key.
        copy(
            cursor,
            AuditEvent,
            events - AuditEvent.objects.count(),
            {
                "sequence": f"i + {newest.sequence}",
                "time_us": f"{newest.time_us} - 60000000 - i * {85 * 86_400_000_000 // events}",
                "key": "1000000 + i % 100000",
                "request_id": "lower(hex(randomblob(16)))",
                "event_id": "lower(hex(randomblob(16)))",
            },
        )
        cursor.execute("DROP TABLE number")
    connection.close()


def copy(cursor: Any, model: Any, count: int, values: dict[str, str]) -> None:
    """Insert copies of the model's newest row; ``values`` are SQL expressions of the copy's number ``i``, by column."""
    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key and not field.generated]
    table = model._meta.db_table
    if model._meta.pk.column not in ("id",):
        columns.insert(0, model._meta.pk.column)
    chosen = ", ".join(values.get(column, f'template."{column}"') for column in columns)
    quoted = ", ".join(f'"{column}"' for column in columns)
    cursor.execute(
        f'INSERT INTO "{table}" ({quoted}) SELECT {chosen} FROM number,'
        f' (SELECT * FROM "{table}" ORDER BY rowid DESC LIMIT 1) template WHERE i <= {max(count, 0)}'
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
