"""manage.py run_upkeep: rotate, delete and announce what time has made due. Safe to run at any moment."""

from dataclasses import asdict
from typing import Any

from kmsconsole.management.prepared import PreparedCommand
from operations.upkeep import run_upkeep


class Command(PreparedCommand):
    help = "Do what time has made due: automatic rotations, deletions after the waiting period."

    def handle(self, *args: Any, **options: Any) -> None:
        self.summary(asdict(run_upkeep()), as_json=options["json"])
