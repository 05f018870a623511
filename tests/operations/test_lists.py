"""Pages and markers. Source: kms-semantics 1.6."""

import pytest

from keys.models import Alias, KmsKey
from operations import clock
from tests.builders import Refused, make_key, refused, run_as
from tests.people import ACCOUNT, REGION

INVALID_MARKER = Refused("InvalidMarkerException", None)


@pytest.fixture
def full(people):
    """Three keys; the first has three aliases, three tags and three rotations."""
    first = make_key(people.ada, tags={"a": "1", "b": "2", "c": "3"})["KeyId"]
    for name in "abc":
        run_as(people.ada, "CreateAlias", {"AliasName": f"alias/{name}", "TargetKeyId": first})
    make_key(people.ada)
    make_key(people.ada)
    return first


def request(action: str, key_id: str) -> dict[str, object]:
    return {} if action in ("ListKeys", "ListAliases") else {"KeyId": key_id}


LISTS = [("ListKeys", "Keys"), ("ListAliases", "Aliases"), ("ListResourceTags", "Tags")]


@pytest.mark.postgres
@pytest.mark.parametrize(("action", "member"), LISTS)
def test_pages_together_hold_everything_once(people, full, action, member):
    whole = run_as(people.ada, action, request(action, full))
    assert (len(whole[member]), whole["Truncated"]) == (3, False)
    assert "NextMarker" not in whole
    collected, marker = [], {}
    for rest in (2, 1, 0):
        page = run_as(people.ada, action, {**request(action, full), "Limit": 1, **marker})
        assert (len(page[member]), page["Truncated"], "NextMarker" in page) == (1, rest > 0, rest > 0)
        collected += page[member]
        marker = {"Marker": page.get("NextMarker")}
    assert collected == whole[member]


@pytest.mark.parametrize(("action", "member"), LISTS)
def test_a_marker_belongs_to_its_list_account_and_region(people, full, action, member):
    base = request(action, full)
    marker = run_as(people.ada, action, {**base, "Limit": 1})["NextMarker"]
    run_as(people.ada, action, {**base, "Marker": marker})
    for spoiled in ("x", marker[:-2], marker + "AA", marker.swapcase()):
        assert refused(people.ada, action, {**base, "Marker": spoiled}) == INVALID_MARKER
    for other, _ in LISTS:
        if other != action:
            assert refused(people.ada, other, {**request(other, full), "Marker": marker}) == INVALID_MARKER
    if action != "ListResourceTags":
        assert refused(people.olga, action, {"Marker": marker}) == INVALID_MARKER
        assert refused(people.ada, action, {"Marker": marker}, region="eu-west-1") == INVALID_MARKER


def test_a_marker_belongs_to_its_filter(people, full):
    marker = run_as(people.ada, "ListAliases", {"KeyId": full, "Limit": 1})["NextMarker"]
    assert refused(people.ada, "ListAliases", {"Marker": marker}) == INVALID_MARKER
    rest = run_as(people.ada, "ListAliases", {"KeyId": full, "Marker": marker})["Aliases"]
    assert [alias["AliasName"] for alias in rest] == ["alias/b", "alias/c"]
    by_arn = {"KeyId": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{full}", "Marker": marker}  # the same filter
    assert run_as(people.ada, "ListAliases", by_arn)["Aliases"] == rest


def test_the_one_page_of_policy_names_has_no_marker(people, full):
    assert refused(people.ada, "ListKeyPolicies", {"KeyId": full, "Marker": "x"}) == INVALID_MARKER


@pytest.mark.parametrize(
    "action", ["ListKeys", "ListAliases", "ListResourceTags", "ListKeyRotations", "ListKeyPolicies"]
)
@pytest.mark.parametrize(("limit", "bound"), [(0, "greater than or equal to 1"), (1001, "less than or equal to 1000")])
def test_a_limit_is_1_to_1000(people, full, action, limit, bound):
    base = request(action, full)
    assert refused(people.ada, action, {**base, "Limit": limit}) == Refused(
        "ValidationException",
        f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must have value "
        f"{bound}",
    )
    run_as(people.ada, action, {**base, "Limit": 1000})


def test_what_an_operation_does_not_honour_is_capped(people):
    keys = [make_key(people.ada)["KeyId"] for _ in range(3)]
    rows = [
        Alias(
            account_id=ACCOUNT,
            region=REGION,
            name=f"alias/a{number}",
            key=KmsKey.objects.get(key_id=keys[number % 3]),
            created_at=clock.account_time(0),
            updated_at=clock.account_time(0),
        )
        for number in range(120)
    ]
    Alias.objects.bulk_create(rows)
    assert len(run_as(people.ada, "ListAliases")["Aliases"]) == 50
    page = run_as(people.ada, "ListAliases", {"Limit": 1000})
    assert (len(page["Aliases"]), page["Truncated"]) == (100, True)


def test_nobody_shares_keys_between_accounts(people, full):
    marker = run_as(people.ada, "ListKeys", {"Limit": 1})["NextMarker"]
    for owners in (["SELF"], ["SELF", "OTHER_ACCOUNTS_VIA_RAM"]):
        assert len(run_as(people.ada, "ListKeys", {"ResourceOwners": owners})["Keys"]) == 3
    shared = {"ResourceOwners": ["OTHER_ACCOUNTS_VIA_RAM"]}
    assert run_as(people.ada, "ListKeys", shared) == {"Keys": [], "Truncated": False}
    assert refused(people.ada, "ListKeys", {**shared, "Marker": marker}) == INVALID_MARKER


@pytest.mark.postgres
def test_aliases_come_by_name_and_of_one_key_if_asked(people, full):
    make_key(people.ada, alias="aa")
    names = [alias["AliasName"] for alias in run_as(people.ada, "ListAliases")["Aliases"]]
    assert names == ["alias/a", "alias/aa", "alias/b", "alias/c"]
    of_one = run_as(people.ada, "ListAliases", {"KeyId": full})["Aliases"]
    assert [alias["AliasName"] for alias in of_one] == ["alias/a", "alias/b", "alias/c"]
