"""Grants, and custom key stores as an account without one sees them."""

from collections.abc import Iterator

from tests.builders import make_key, run_as
from tests.operations.tours.observed import OF_EACH_SORT, Observed, tour

CONTEXT = {"table": "invoices"}
SERVICE = "ec2.amazonaws.com"
BY_SERVICE = {
    "GranteeServicePrincipal": SERVICE,
    "RetiringServicePrincipal": SERVICE,
    "Constraints": {"SourceArn": "arn:aws:ec2:us-east-1:111122223333:volume/vol-1"},
}
# Source: kms-semantics 2.4.
EVERYWHERE = ("CreateGrant", "RetireGrant", "DescribeKey")
OPERATIONS = {
    "ENCRYPT_DECRYPT": ("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo"),
    "SIGN_VERIFY": ("Sign", "Verify", "GetPublicKey"),
    "GENERATE_VERIFY_MAC": ("GenerateMac", "VerifyMac"),
    "KEY_AGREEMENT": ("DeriveSharedSecret", "GetPublicKey"),
    "ENCAPSULATE_DECAPSULATE": ("Encapsulate", "Decapsulate", "GetPublicKey"),
}
DATA_KEYS = [f"GenerateDataKey{rest}" for rest in ("", "Pair", "PairWithoutPlaintext", "WithoutPlaintext")]


def _both_constraints(seen: Observed) -> list[dict[str, object]]:
    people = seen.people
    named = {"GranteePrincipal": people.bob.arn, "RetiringPrincipal": people.alice.arn, "Operations": ["Decrypt"]}
    kinds = ("EncryptionContextEquals", "EncryptionContextSubset")
    return [
        *({**named, "Name": "night-shift", "Constraints": {kind: CONTEXT}} for kind in kinds),
        {**BY_SERVICE, "Operations": ["Decrypt"]},
    ]


@tour("CreateGrant")
def create_grant(seen: Observed) -> None:
    key_id = make_key(seen.ada)["KeyId"]
    for members in _both_constraints(seen):
        seen.call({"KeyId": key_id, **members, "GrantTokens": [seen.grant_token(key_id)]})
    seen.dry_run({"KeyId": key_id, "GranteePrincipal": seen.people.bob.arn, "Operations": ["Decrypt"]})
    for members in _every_operation(seen):
        seen.call(members)


def _every_operation(seen: Observed) -> Iterator[dict[str, object]]:
    """Yield a grant for each sort of key, of all that it may be used for."""
    for spec, usage in OF_EACH_SORT:
        operations = [*EVERYWHERE, *OPERATIONS[usage], *(DATA_KEYS if spec == "SYMMETRIC_DEFAULT" else ())]
        key_id = make_key(seen.ada, spec=spec, usage=usage)["KeyId"]
        yield {"KeyId": key_id, "GranteePrincipal": seen.people.bob.arn, "Operations": operations}


def _granted(seen: Observed) -> tuple[str, list[str]]:
    key_id = make_key(seen.ada)["KeyId"]
    made = [run_as(seen.ada, "CreateGrant", {"KeyId": key_id, **each}) for each in _both_constraints(seen)]
    return key_id, [each["GrantId"] for each in made]


@tour("ListGrants")
def list_grants(seen: Observed) -> None:
    key_id, grant_ids = _granted(seen)
    seen.pages({"KeyId": key_id})
    seen.call({"KeyId": key_id, "GrantId": grant_ids[0], "GranteePrincipal": seen.people.bob.arn})
    seen.call({"KeyId": key_id, "GranteeServicePrincipal": SERVICE})
    for members in _every_operation(seen):
        run_as(seen.ada, "CreateGrant", members)
        seen.call({"KeyId": members["KeyId"]})


@tour("ListRetirableGrants")
def list_retirable_grants(seen: Observed) -> None:
    _granted(seen)
    seen.pages({"RetiringPrincipal": seen.people.alice.arn})


@tour("RetireGrant")
def retire_grant(seen: Observed) -> None:
    key = make_key(seen.ada)
    members = {"KeyId": key["KeyId"], "GranteePrincipal": seen.people.bob.arn, "Operations": ["Decrypt", "RetireGrant"]}
    by_token, by_id = (run_as(seen.ada, "CreateGrant", members) for _ in range(2))
    seen.dry_run({"GrantToken": by_token["GrantToken"]})
    seen.call({"GrantToken": by_token["GrantToken"]})
    seen.call({"KeyId": key["Arn"], "GrantId": by_id["GrantId"]})


@tour("RevokeGrant")
def revoke_grant(seen: Observed) -> None:
    key_id, grant_ids = _granted(seen)
    members = {"KeyId": key_id, "GrantId": grant_ids[0]}
    seen.dry_run(members)
    seen.call(members)


@tour("DescribeCustomKeyStores")
def describe_custom_key_stores(seen: Observed) -> None:
    seen.call({"Limit": 10})
