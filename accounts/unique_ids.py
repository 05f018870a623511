"""Unique ids and credentials, in the forms that AWS gives them. Source: authorization 7.1."""

import secrets

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_BASE64_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_EASY_CHARACTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

USER_PREFIX, GROUP_PREFIX, ROLE_PREFIX, POLICY_PREFIX, ACCESS_KEY_PREFIX = "AIDA", "AGPA", "AROA", "ANPA", "AKIA"


def new_unique_id(prefix: str) -> str:
    """Return a prefix and 17 random characters: 85 bits, never used twice in practice."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(17))


def new_access_key_id() -> str:
    return ACCESS_KEY_PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(16))


def new_secret_access_key() -> str:
    """Return 40 random characters: 240 bits."""
    return "".join(secrets.choice(_BASE64_CHARACTERS) for _ in range(40))


def new_password() -> str:
    """Return 16 random characters that are easy to tell apart, with a digit, a capital and a mark: over 90 bits."""
    return "".join(secrets.choice(_EASY_CHARACTERS) for _ in range(14)) + "-" + secrets.choice("23456789")
