"""manage.py load_demo: two accounts with people, keys and a history, for exercises. Safe to run twice."""

from typing import Any

from django.conf import settings

from kmsconsole.management.prepared import PreparedCommand
from operations.demo.load import load_demo
from operations.demo.people import ACCOUNT_A, ADMINISTRATOR, ALIASES, USERS


class Command(PreparedCommand):
    help = (
        "Make the demonstration accounts unless they exist. Everybody's password is KMS_DEMO_PASSWORD, or one that is "
        "drawn and printed once. KMS_DEMO=0 turns this off."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.KMS_DEMO:
            self.summary({"demo": "off"}, as_json=options["json"])
            return
        done = load_demo(settings.KMS_DEMO_PASSWORD)
        facts: dict[str, object] = {"demo": "loaded" if done.created else "already loaded"}
        if options["json"]:
            facts["accounts"] = [
                {"account_id": account_id, "alias": alias, "users": _users(account_id)}
                for account_id, alias in ALIASES.items()
            ]
            facts["keys"] = done.keys
            facts["access_keys"] = [
                {
                    "account_id": made.account_id,
                    "user": made.user,
                    "access_key_id": made.access_key_id,
                    "secret_access_key": made.secret_access_key,
                }
                for made in done.credentials
            ]
        else:
            for account_id, alias in ALIASES.items():
                facts[f"account {account_id} ({alias})"] = ", ".join(_users(account_id))
            for made in done.credentials:
                if (made.account_id, made.user) == (ACCOUNT_A, ADMINISTRATOR):
                    facts["access key id"] = made.access_key_id
                    facts["secret access key"] = made.secret_access_key
        if done.password:
            facts["password"] = done.password
        self.summary(facts, as_json=options["json"])


def _users(account_id: str) -> list[str]:
    return [ADMINISTRATOR, *(user.name for user in USERS if user.account_id == account_id)]
