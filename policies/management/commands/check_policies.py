"""Run a file of written policy questions through the engine."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.policy.decide import StatementRef
from core.policy.scenarios import InvalidScenarios, Outcome, build_scenario, read_scenarios, run_scenario


class Command(BaseCommand):
    help = "Check the answers of the policy engine against a file of written questions. Exits with 1 on a failure."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a JSON list of questions in the schema of the policy vectors")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        try:
            outcomes = [run_scenario(build_scenario(data)) for data in read_scenarios(path.read_text(encoding="utf-8"))]
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror or error}") from error
        except (UnicodeDecodeError, InvalidScenarios) as error:
            raise CommandError(f"{path}: {error}") from error
        failures = [outcome for outcome in outcomes if not outcome.passed]
        passed = len(outcomes) - len(failures)
        if options["json"]:
            report = {"passed": passed, "failed": len(failures), "failures": [_as_json(item) for item in failures]}
            self.stdout.write(json.dumps(report, indent=2))
        else:
            for outcome in failures:
                self.stdout.write(_as_line(outcome))
            self.stdout.write(f"{passed} passed, {len(failures)} failed")
        if failures:
            raise SystemExit(1)


def _deciding(outcome: Outcome) -> str:
    return "; ".join(_name(ref) for ref in outcome.decision.determining) or "none"


def _name(ref: StatementRef) -> str:
    if ref.index < 0:
        return f"{ref.layer} {ref.source}"
    source = "" if ref.source == ref.layer else f" {ref.source!r}"
    return f"{ref.layer}{source} statement {ref.index}" + (f" ({ref.sid})" if ref.sid else "")


def _as_line(outcome: Outcome) -> str:
    scenario = outcome.scenario
    answers = f"expected {outcome.expected}, got {outcome.got}"
    return f"{scenario.id} {scenario.title}: {answers}; deciding statement: {_deciding(outcome)}"


def _as_json(outcome: Outcome) -> dict[str, object]:
    scenario = outcome.scenario
    return {
        "id": scenario.id,
        "title": scenario.title,
        "expected": outcome.expected,
        "got": outcome.got,
        "deciding": [
            {"layer": ref.layer, "source": ref.source, "statement": ref.index, "sid": ref.sid}
            for ref in outcome.decision.determining
        ],
    }
