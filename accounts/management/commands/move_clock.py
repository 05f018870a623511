"""manage.py move_clock: set an account's clock ahead and do what has become due."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts import queries
from audit.changes import Touched
from core.errors import ValidationException
from kmsconsole.management.prepared import PreparedCommand
from operations.actions.move_clock import set_ahead
from operations.changes import configuration_change
from operations.upkeep import run_upkeep


class Command(PreparedCommand):
    help = "Set an account's clock ahead by some days, then run upkeep. A clock never goes back."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("account_id", help="12 digits")
        parser.add_argument("--days", type=float, required=True, help="how far; fractions are allowed")

    def handle(self, *args: Any, **options: Any) -> None:
        if queries.find_account(options["account_id"]) is None:
            raise CommandError(f"There is no account {options['account_id']}.")
        try:
            with configuration_change((Touched.IAM, options["account_id"])):
                account = set_ahead(options["account_id"], options["days"])
        except ValidationException as error:
            raise CommandError(str(error.message)) from error
        facts = {"account_id": account.id, "clock_offset_seconds": account.clock_offset_seconds, **asdict(run_upkeep())}
        self.summary(facts, as_json=options["json"])
