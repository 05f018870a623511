"""Grants as facts for the engine and as list entries. Source: kms-semantics 2.3 (Grants) and 4.12."""

from collections.abc import Iterable

from audit.changes import Touched
from core.policy.decide import GrantFacts
from operations.grant_principals import shown_now
from operations.snapshots import KeySnapshot, cache
from policies import queries
from policies.models import Grant


def grants_for(key: KeySnapshot, principal_keys: Iterable[str]) -> tuple[GrantFacts, ...]:
    """Return the grants on a key that name one of these principal keys; cached per grantee."""
    if not key.has_grants:
        return ()
    found: list[GrantFacts] = []
    for principal_key in principal_keys:
        found.extend(_of_grantee(key, principal_key))
    return tuple(found)


def _of_grantee(key: KeySnapshot, grantee: str) -> tuple[GrantFacts, ...]:
    def read() -> tuple[tuple[GrantFacts, ...], list[tuple[Touched, str]]]:
        rows = queries.grants_of_grantee(key.pk, grantee)
        return tuple(grant_facts(row) for row in rows), [(Touched.KEY, str(key.pk))]

    return cache.get("grants", f"{key.pk}/{grantee}", read)


def grant_facts(row: Grant) -> GrantFacts:
    return GrantFacts(
        grant_id=row.grant_id,
        grantee=row.grantee,
        operations=frozenset(row.operations),
        issuing_account_id=row.issuing_account_id,
        retiring=row.retiring or None,
        encryption_context_equals=row.context_equals,
        encryption_context_subset=row.context_subset,
        source_arn=row.source_arn or None,
    )


def list_entry(row: Grant, key_arn: str) -> dict[str, object]:
    """Return a grant as ListGrants and ListRetirableGrants show it; never with a token."""
    constraints: dict[str, object] = {}
    if row.context_subset is not None:
        constraints["EncryptionContextSubset"] = row.context_subset
    if row.context_equals is not None:
        constraints["EncryptionContextEquals"] = row.context_equals
    if row.source_arn:
        constraints["SourceArn"] = row.source_arn
    entry: dict[str, object] = {
        "KeyId": key_arn,
        "GrantId": row.grant_id,
        "Name": row.name,
        "CreationDate": row.created_at.replace(microsecond=0),
        _member("Grantee", row.grantee): shown_now(row.grantee, row.grantee_shown),
        "IssuingAccount": f"arn:aws:iam::{row.issuing_account_id}:root",
        "Operations": row.operations,
    }
    if row.retiring:
        entry[_member("Retiring", row.retiring)] = shown_now(row.retiring, row.retiring_shown)
    if constraints:
        entry["Constraints"] = constraints
    return entry


def _member(role: str, principal_key: str) -> str:
    return f"{role}ServicePrincipal" if principal_key.endswith(".amazonaws.com") else f"{role}Principal"
