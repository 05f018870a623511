"""manage.py move_clock: set an account's clock ahead and do what has become due."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts import queries
from audit.changes import Touched
from kmsconsole.management.prepared import PreparedCommand
from operations.actions.move_clock import MAX_DAYS
from operations.changes import configuration_change
from operations.upkeep import run_upkeep


class Command(PreparedCommand):
    help = "Set an account's clock ahead by some days, then run upkeep. A clock never goes back."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("account_id", help="12 digits")
        parser.add_argument("--days", type=float, required=True, help="how far; fractions are allowed")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 < options["days"] <= MAX_DAYS:
            raise CommandError(f"--days must be between 0 and {MAX_DAYS}.")
        if queries.find_account(options["account_id"]) is None:
            raise CommandError(f"There is no account {options['account_id']}.")
        with configuration_change((Touched.IAM, options["account_id"])):
            account = queries.load_account(options["account_id"])
            account.clock_offset_seconds += round(options["days"] * 86_400)
            account.save(update_fields=["clock_offset_seconds"])
        facts = {"account_id": account.id, "clock_offset_seconds": account.clock_offset_seconds, **asdict(run_upkeep())}
        self.summary(facts, as_json=options["json"])
