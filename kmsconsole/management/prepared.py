"""What the service's own management commands share: a prepared installation, one summary, text or JSON."""

import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from operations.installation import is_migrated, prepare


class PreparedCommand(BaseCommand):
    """A command on a prepared installation: it parses, calls one function and prints one summary."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")

    def execute(self, *args: Any, **options: Any) -> str | None:
        if not is_migrated():
            call_command("migrate", verbosity=0, interactive=False)
        try:
            prepare()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        return super().execute(*args, **options)

    def summary(self, facts: Mapping[str, object], *, as_json: bool) -> None:
        """Print facts, one a line or as one JSON object."""
        if as_json:
            self.stdout.write(json.dumps(facts, default=str))
            return
        for name, value in facts.items():
            self.stdout.write(f"{name.replace('_', ' ')}: {value}")
