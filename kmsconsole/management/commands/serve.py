"""manage.py serve: start the console and the API on one port, ready for a browser and the aws CLI."""

import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import queries as account_queries
from kmsconsole.server import server_arguments
from operations.demo.people import ACCOUNT_A, ADMINISTRATOR
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
        self._greet(host, port, self._demo())
        self._become_server(host, port)

    def _demo(self) -> dict[str, Any]:
        """Load the demo into an empty database; return what load_demo tells of it, or nothing if it is off."""
        if not settings.KMS_DEMO or (account_queries.accounts() and account_queries.find_account(ACCOUNT_A) is None):
            return {}
        if not account_queries.accounts():
            self.stdout.write("The database is empty: loading the demo (KMS_DEMO=0 starts without).")
            self.stdout.flush()
        told = StringIO()
        call_command("load_demo", "--json", stdout=told)
        return dict(json.loads(told.getvalue()))

    def _greet(self, host: str, port: int, demo: dict[str, Any]) -> None:
        address = f"http://{host}:{port}"
        self.stdout.write(f"\nConsole and API: {address}")
        credentials = ""
        if demo:
            self._tell_sign_ins(demo)
            for made in demo["access_keys"]:
                if (made["account_id"], made["user"]) == (ACCOUNT_A, ADMINISTRATOR):
                    credentials = (
                        f"AWS_ACCESS_KEY_ID={made['access_key_id']} AWS_SECRET_ACCESS_KEY={made['secret_access_key']} "
                    )
        self.stdout.write("In a terminal:")
        region = settings.KMS_DEFAULT_REGION
        self.stdout.write(f"  {credentials}aws kms list-aliases --endpoint-url {address} --region {region}")
        self.stdout.write("Stop with Ctrl-C.\n")
        self.stdout.flush()

    def _tell_sign_ins(self, demo: dict[str, Any]) -> None:
        """Print who can sign in. A password that was made is printed once, at the first start."""
        self.stdout.write("Sign in as IAM user:")
        for account in demo["accounts"]:
            self.stdout.write(f"  account {account['account_id']} ({account['alias']}): {', '.join(account['users'])}")
        if demo.get("password"):
            self.stdout.write(f"  password of all: {demo['password']} (shown only now)")
        else:
            self.stdout.write("  password of all: KMS_DEMO_PASSWORD, or the one that the first start printed")

    def _become_server(self, host: str, port: int) -> None:
        command = server_arguments(host, port, settings.KMS_WORKERS)
        os.execv(command[0], command)  # noqa: S606 - our own arguments, no shell
