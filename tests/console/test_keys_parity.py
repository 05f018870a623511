"""A form of the key pages means the very call that a client of the API makes: same rows, same record, same refusal."""

import json
from contextlib import suppress

from audit.models import AuditEvent, AuditName
from core.errors import KmsError
from keys.models import Alias, KmsKey, Tag
from tests.builders import make_key, run_as, split_policy


def over_the_api(person, action, members):
    with suppress(KmsError):
        run_as(person, action, members)


def forms(people, key_id, alias):
    """Per write action: its members, and the address and fields of the form that means the same."""
    only_users = split_policy(people.ada, people.bob)
    page = f"/kms/keys/{key_id}"
    by_id = {"KeyId": key_id}
    return [
        ("DisableKey", by_id, "/kms/keys/disable", {"ids": key_id, "confirm": "on"}),
        ("EnableKey", by_id, "/kms/keys/enable", {"ids": key_id}),
        ("UpdateKeyDescription", {**by_id, "Description": "new"}, f"{page}/description", {"description": "new"}),
        (
            "TagResource",
            {**by_id, "Tags": [{"TagKey": "Stage", "TagValue": "live"}]},
            f"{page}/tags",
            {"tag_key": ["Stage"], "tag_value": ["live"]},
        ),
        ("UntagResource", {**by_id, "TagKeys": ["Stage"]}, f"{page}/tags", {}),
        (
            "CreateAlias",
            {"AliasName": f"alias/{alias}", "TargetKeyId": key_id},
            f"{page}/aliases/create",
            {"alias": alias},
        ),
        ("DeleteAlias", {"AliasName": f"alias/{alias}"}, f"{page}/aliases/delete", {"aliases": f"alias/{alias}"}),
        (
            "EnableKeyRotation",
            {**by_id, "RotationPeriodInDays": 90},
            f"{page}/rotation",
            {"rotation": "enable", "days": "90"},
        ),
        ("DisableKeyRotation", by_id, f"{page}/rotation", {"rotation": "disable"}),
        ("RotateKeyOnDemand", by_id, f"{page}/rotate", {}),
        ("PutKeyPolicy", {**by_id, "Policy": only_users}, f"{page}/policy", {"document": only_users}),
        (
            "ScheduleKeyDeletion",
            {**by_id, "PendingWindowInDays": 7},
            "/kms/keys/schedule-deletion",
            {"ids": key_id, "days": "7", "confirm": "on"},
        ),
        ("CancelKeyDeletion", by_id, "/kms/keys/cancel-deletion", {"ids": key_id}),
    ]


def rows_of(key_id):
    """What is stored of a key, without what differs from key to key."""
    key = KmsKey.objects.get(key_id=key_id)
    return {
        "state": key.state,
        "description": key.description,
        "deletes": key.deletion_date is not None,
        "rotation": (key.rotation_enabled, key.rotation_period_days),
        "materials": key.materials.count(),
        "policy": json.loads(key.key_policy.document),
        "tags": list(Tag.objects.filter(key=key).values_list("tag_key", "tag_value")),
        "aliases": Alias.objects.filter(key=key).count(),
        "first": bool(key.first_alias),
    }


def last_record(action, key_id, alias):
    """The newest record of an action: its error and what it tells, without this key's names and the door's mark."""
    names = dict(AuditName.objects.values_list("id", "value"))
    event = next(e for e in AuditEvent.objects.order_by("-pk") if names[e.event] == f"kms:{action}")
    details = event.details.replace(key_id, "KEY").replace(alias, "ALIAS")
    told = {name: value for name, value in json.loads(details).items() if name not in ("c", "t")}
    answered = told.get("r")
    if isinstance(answered, dict):
        answered.pop("deletionDate", None)
    return names.get(event.error), told


def test_each_form_does_and_records_what_the_call_does(people, signed_in):
    client = signed_in(people.ada)
    policy = split_policy(people.alice, people.bob)
    form_key, api_key = (make_key(people.ada, policy=policy)["KeyId"] for _ in range(2))
    by_form, by_api = forms(people, form_key, "of-form"), forms(people, api_key, "of-api")
    for (action, _, address, fields), (_, members, _, _) in zip(by_form, by_api, strict=True):
        assert client.post(address, fields).status_code == 302, action
        by_form_recorded = last_record(action, form_key, "of-form")
        over_the_api(people.ada, action, members)
        assert by_form_recorded == last_record(action, api_key, "of-api"), action
        assert rows_of(form_key) == rows_of(api_key), action


def test_each_form_is_refused_with_the_error_of_the_call(people, signed_in):
    client = signed_in(people.bob)  # may use the key, so he sees its pages, and may change nothing
    key_id = make_key(people.ada, alias="payroll", policy=split_policy(people.alice, people.bob))["KeyId"]
    asked_first = {"TagResource", "UntagResource", "EnableKeyRotation", "DisableKeyRotation", "PutKeyPolicy"}
    before = rows_of(key_id)
    for action, members, address, fields in forms(people, key_id, "payroll"):
        if action in asked_first:
            continue  # reading what is to be changed is refused already
        client.post(address, fields)
        by_form = last_record(action, key_id, "payroll")
        over_the_api(people.bob, action, members)
        assert by_form == last_record(action, key_id, "payroll"), action
        assert by_form[0] == "AccessDenied"
    assert rows_of(key_id) == before
