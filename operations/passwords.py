"""The password policy of an account, and setting a user's password.

Source: IAM User Guide, "Set an account password policy": the default is 8 to 128 characters of three kinds, not the
account's id or alias. Widely used passwords are refused as well (NIST SP 800-63B, 5.1.1.2).
"""

import string
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import Principal
from core.errors import IamPasswordPolicyViolation

MINIMUM_LENGTH = 8
KINDS = (string.ascii_uppercase, string.ascii_lowercase, string.digits, string.punctuation)
KINDS_NEEDED = 3


def check_password(principal: Principal, password: str) -> None:
    """Raise IamPasswordPolicyViolation unless the account's policy lets the principal have this password."""
    if len(password) < MINIMUM_LENGTH:
        raise IamPasswordPolicyViolation(f"Password should have a minimum length of {MINIMUM_LENGTH}")
    kinds = sum(any(character in kind for character in password) for kind in KINDS)
    if kinds < KINDS_NEEDED:
        raise IamPasswordPolicyViolation(
            "Password should have at least three of: an uppercase letter, a lowercase letter, a number, a symbol"
        )
    names = {principal.account_id, (principal.account.alias or "").lower(), principal.name.lower()}
    if password.lower() in names:
        raise IamPasswordPolicyViolation("Password should not be the name of the user or the account")
    try:
        validate_password(password, principal)
    except ValidationError:
        raise IamPasswordPolicyViolation("Password should not be one that is widely used") from None


def give_password(principal: Principal, password: str, *, must_change: bool, now: datetime) -> None:
    """Let a principal sign in to the console with a password. Its sessions end: they are bound to the old one."""
    principal.set_password(password)
    principal.console_access = True
    principal.must_change_password = must_change
    principal.password_changed_at = now
    principal.save(update_fields=["password", "console_access", "must_change_password", "password_changed_at"])


def take_password(principal: Principal) -> None:
    """End console access; the sessions of the principal end too."""
    principal.set_unusable_password()
    principal.console_access = False
    principal.must_change_password = False
    principal.password_changed_at = None
    principal.save(update_fields=["password", "console_access", "must_change_password", "password_changed_at"])
