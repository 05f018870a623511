"""The tab **Key policy**: the default view with its lists, or the document. Source: console.md 2.9.

The default view is shown only while the policy still has the statements that the console writes.
"""

import json
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.errors import KmsError
from core.policy.wizard import ConsolePolicy, read_console_policy
from keys.views.described_key import DescribedKey
from keys.views.people_list import people_list
from kmsconsole.web.components import Column
from kmsconsole.web.door import perform, refusal_of
from kmsconsole.web.errors import refusal_view

ADMINISTRATORS, USERS, ACCOUNTS = "administrators", "users", "accounts"


def load_policy(request: HttpRequest, key: DescribedKey) -> tuple[str, ConsolePolicy | None]:
    """Call GetKeyPolicy; return the document, and what the default view makes of it."""
    members = perform(request, "GetKeyPolicy", {"KeyId": key.key_id, "PolicyName": "default"}).members or {}
    text = str(members["Policy"])
    return text, read_console_policy(json.loads(text))


def put_refusal(request: HttpRequest, key: DescribedKey, text: str) -> KmsError | None:
    """Return why the policy cannot be changed, if it cannot; the present one is asked with."""
    return refusal_of(request, "PutKeyPolicy", {"KeyId": key.key_id, "Policy": text})


def context(request: HttpRequest, key: DescribedKey) -> dict[str, Any]:
    text, policy = load_policy(request, key)
    refusal = put_refusal(request, key, text)
    values: dict[str, Any] = {
        "policy": text,
        "edit_refusal": refusal_view(request, refusal) if refusal else None,
        "recognised": policy is not None and key.is_customer_managed,
    }
    if policy is None or not key.is_customer_managed or request.GET.get("view") == "policy":
        return {**values, "view": "policy"}
    return {
        **values,
        "view": "default",
        "lists": [
            people_list(request, f"{ADMINISTRATORS}-", policy.administrators),
            people_list(request, f"{USERS}-", policy.users),
        ],
        "accounts": policy.accounts,
        "account_columns": [Column(_("Account ID"))],
        "allow_deletion": policy.allow_deletion,
        "has_administrators": bool(policy.administrators),
    }
