"""manage.py serve: start the console and the API on one port, ready for a browser and the aws CLI."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import queries as account_queries
from kmsconsole.server import find_granian, granian_arguments
from operations.installation import prepare


class Command(BaseCommand):
    """Migrates, prepares, loads the demo into an empty database, then becomes the server."""

    help = "Migrate, prepare and serve the console and the API."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        Path(settings.DATA_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
        Path(settings.DATA_DIR).chmod(0o700)
        self.stdout.write(f"Data folder: {settings.DATA_DIR}")
        call_command("migrate", verbosity=0, interactive=False)
        try:
            prepare()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        if settings.KMS_DEMO and not account_queries.accounts():
            self.stdout.write("The database is empty: loading the demo (KMS_DEMO=0 starts without).")
            call_command("load_demo", stdout=self.stdout)
        self._greet(host, port)
        self._become_server(host, port)

    def _greet(self, host: str, port: int) -> None:
        address = f"http://{host}:{port}"
        region = settings.KMS_DEFAULT_REGION
        self.stdout.write(f"\nConsole and API: {address}")
        self.stdout.write(f"Try it: aws kms list-keys --endpoint-url {address} --region {region}")
        self.stdout.write("Stop with Ctrl-C.\n")
        self.stdout.flush()

    def _become_server(self, host: str, port: int) -> None:
        granian = find_granian()
        if granian is None:
            raise CommandError("The server granian is not installed; run make run, or pip install -r requirements.txt.")
        arguments = granian_arguments(host, port, settings.KMS_WORKERS, settings.KMS_THREADS)
        os.execv(granian, [granian, *arguments])  # noqa: S606 - our own arguments, no shell
