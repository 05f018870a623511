"""manage.py create_account: an account with root identity, administrator and access key. Safe to run twice."""

import os
import re
from typing import Any

from django.core.management.base import CommandError, CommandParser

from kmsconsole.management.prepared import PreparedCommand
from operations import clock
from operations.account_setup import set_up_account


class Command(PreparedCommand):
    help = "Make an account with its root identity, an administrator and an access key."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("account_id", help="12 digits")
        parser.add_argument("--alias", help="a name for signing in, 3 to 63 characters")
        parser.add_argument("--admin", default="administrator", help="the administrator's user name")
        parser.add_argument("--access-key-id", help="keep this access key id instead of generating one")
        parser.add_argument("--secret-access-key-env", help="the environment variable that holds its secret")
        parser.add_argument("--password-env", help="the environment variable that holds the administrator's password")
        parser.add_argument("--root-password-env", help="the environment variable that holds the root user's password")

    def handle(self, *args: Any, **options: Any) -> None:
        if not re.fullmatch(r"\d{12}", options["account_id"]):
            raise CommandError("An account id has 12 digits.")
        if options["alias"] and not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]", options["alias"]):
            raise CommandError("An account alias has 3 to 63 lower-case letters, digits and hyphens.")
        if options["access_key_id"] and not re.fullmatch(r"\w{16,128}", options["access_key_id"]):
            raise CommandError("An access key id has 16 to 128 letters, digits and underscores.")
        if bool(options["access_key_id"]) != bool(options["secret_access_key_env"]):
            raise CommandError("--access-key-id and --secret-access-key-env go together.")
        done = set_up_account(
            options["account_id"],
            alias=options["alias"],
            administrator=options["admin"],
            now=clock.account_time(0),
            password=_from_environment(options["password_env"]),
            root_password=_from_environment(options["root_password_env"]),
            access_key_id=options["access_key_id"],
            secret_access_key=_from_environment(options["secret_access_key_env"]),
        )
        given = options["secret_access_key_env"] is not None
        facts: dict[str, object] = {
            "account_id": done.account_id,
            "alias": done.alias,
            "administrator": done.administrator,
            "created": done.created,
            "access_key_id": done.access_key_id,
        }
        if done.secret_access_key and not given:
            facts["secret_access_key"] = done.secret_access_key
        if done.password and not options["password_env"]:
            facts["password"] = done.password
        self.summary(facts, as_json=options["json"])


def _from_environment(name: str | None) -> str | None:
    if name is None:
        return None
    value = os.environ.get(name, "")
    if not value:
        raise CommandError(f"The environment variable {name} is empty or not set.")
    return value
