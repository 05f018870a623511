"""Tags: which, how many, and the permission that tags at creation need. Source: kms-semantics 3.2 (36-40) and 4.6."""

import pytest

from tests.builders import Refused, hire, make_key, refused, run_as

pytestmark = pytest.mark.postgres


def tags(*keys: str) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": "v"} for key in keys]


def request(action: str, key_id: str, *keys: str) -> dict[str, object]:
    return {"Tags": tags(*keys)} | ({} if action == "CreateKey" else {"KeyId": key_id})


@pytest.mark.parametrize("action", ["CreateKey", "TagResource"])
@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("a", "b", "a"), Refused("TagException", "Duplicate tag keys")),
        (("aws:x",), Refused("TagException", "Tags beginning with aws: are reserved")),
        (("AwS:x",), Refused("TagException", "Tags beginning with aws: are reserved")),
        ([f"k{number}" for number in range(51)], Refused("TagException", "Too many tags")),
    ],
)
def test_wrong_tags_are_refused(people, action, keys, expected):
    key_id = make_key(people.ada)["KeyId"]
    assert refused(people.ada, action, request(action, key_id, *keys)) == expected
    run_as(people.ada, action, request(action, key_id, "fine"))


@pytest.mark.parametrize("action", ["CreateKey", "TagResource"])
@pytest.mark.parametrize(("member", "limit"), [("TagKey", 128), ("TagValue", 256)])
def test_keys_and_values_have_a_length(people, action, member, limit):
    key_id = make_key(people.ada)["KeyId"]
    members = request(action, key_id, "k")
    members["Tags"] = [{"TagKey": "k", "TagValue": "v", member: "x" * limit}]
    run_as(people.ada, action, members)
    members["Tags"] = [{"TagKey": "k", "TagValue": "v", member: "x" * (limit + 1)}]
    place = f"tags.1.member.{member[0].lower()}{member[1:]}"
    assert refused(people.ada, action, members) == Refused(
        "ValidationException",
        f"1 validation error detected: Value '{'x' * (limit + 1)}' at '{place}' failed to satisfy constraint: Member "
        f"must have length less than or equal to {limit}",
    )


def test_a_key_has_at_most_fifty_tags_in_all(people):
    key_id = make_key(people.ada, tags={f"k{number}": "v" for number in range(49)})["KeyId"]
    two_more = {"KeyId": key_id, "Tags": tags("x", "y")}
    assert refused(people.ada, "TagResource", two_more) == Refused("TagException", "Too many tags")
    run_as(people.ada, "TagResource", {"KeyId": key_id, "Tags": tags("x", "k0")})  # k0 is overwritten
    assert len(run_as(people.ada, "ListResourceTags", {"KeyId": key_id})["Tags"]) == 50


def test_tagging_overwrites_and_untagging_ignores_what_is_not_there(people):
    key_id = make_key(people.ada, tags={"team": "hr", "Team": "HR"})["KeyId"]
    run_as(people.ada, "TagResource", {"KeyId": key_id, "Tags": [{"TagKey": "team", "TagValue": ""}]})
    run_as(people.ada, "UntagResource", {"KeyId": key_id, "TagKeys": ["Team", "unknown"]})
    assert run_as(people.ada, "ListResourceTags", {"KeyId": key_id}) == {
        "Tags": [{"TagKey": "team", "TagValue": ""}],
        "Truncated": False,
    }
    assert refused(people.ada, "UntagResource", {"KeyId": key_id, "TagKeys": ["aws:x"]}) == Refused(
        "TagException", "Tags beginning with aws: are reserved"
    )


def test_unicode_letters_are_letters_and_a_hash_is_not(people):
    key_id = make_key(people.ada)["KeyId"]
    run_as(people.ada, "TagResource", {"KeyId": key_id, "Tags": [{"TagKey": "팀 담당", "TagValue": "Nhân sự @ +84"}]})
    assert refused(people.ada, "TagResource", {"KeyId": key_id, "Tags": tags("a#b")}).code == "ValidationException"


def test_tags_at_creation_need_the_permission_to_tag(people):
    maker = hire("Maker", allow=["kms:CreateKey"])
    tagger = hire("Tagger", allow=["kms:CreateKey", "kms:TagResource"])
    assert refused(maker, "CreateKey", {"Tags": tags("team")}) == Refused(
        "AccessDeniedException",
        f"User: {maker.arn} is not authorized to perform: kms:TagResource because no identity-based policy allows the "
        "kms:TagResource action",
    )
    assert run_as(people.ada, "ListKeys")["Keys"] == []
    run_as(maker, "CreateKey", {})
    run_as(tagger, "CreateKey", {"Tags": tags("team")})
