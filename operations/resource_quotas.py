"""Resource quotas: how many keys an account may have in a Region, how many aliases and grants a key.

Source: Developer Guide, "Resource quotas"; kms-semantics 6.1. Settings: ``KMS_MAX_KEYS``, ``KMS_MAX_ALIASES_PER_KEY``,
``KMS_MAX_GRANTS_PER_KEY``. The text about grants is this service's own.
"""

from datetime import datetime

from django.conf import settings

from core.errors import LimitExceededException
from keys import queries
from policies import queries as policy_queries


def check_key_quota(account_id: str, region: str, now: datetime) -> None:
    """Raise LimitExceededException if an account cannot have another key in a Region."""
    quota, in_use = settings.KMS_MAX_KEYS, queries.count_keys(account_id, region, now)
    if in_use >= quota:
        raise LimitExceededException(
            f"Key quota for this account in this region is {quota} but the current usage is {in_use}."
        )


def check_alias_quota(key_pk: int) -> None:
    """Raise LimitExceededException if a key cannot have another alias."""
    quota, in_use = settings.KMS_MAX_ALIASES_PER_KEY, queries.count_aliases(key_pk)
    if in_use >= quota:
        raise LimitExceededException(
            f"Aliases per key quota for this account in this region is {quota}, current usage is {in_use}."
        )


def check_grant_quota(key_pk: int) -> None:
    """Raise LimitExceededException if a key cannot have another grant."""
    quota = settings.KMS_MAX_GRANTS_PER_KEY
    if policy_queries.count_grants(key_pk) >= quota:
        raise LimitExceededException(f"Grants per key quota is {quota}.")
