"""Every IAM action beside the IAM service model that botocore ships: members, limits and what is required."""

import re

import botocore.session
import pytest

from operations.iam_requests import members_of
from operations.registry import OPERATIONS, load_actions

load_actions()
MODEL = botocore.session.get_session().get_service_model("iam")
IAM = sorted(name for name, operation in OPERATIONS.items() if operation.service == "iam")
# Offered by IAM and refused here by name: nothing is taken and then ignored.
NOT_OFFERED = {"CreatePolicy": {"Tags"}}
TYPES = {"string": str, "integer": int, "boolean": bool}


def request_of(action):
    (request,) = [cell.cell_contents for cell in OPERATIONS[action].parse.__closure__]
    return request


def test_account_administration_is_registered():
    assert {"CreateUser", "ListRoles", "AttachGroupPolicy", "PutRolePolicy", "CreateAccessKey"} <= set(IAM)


@pytest.mark.parametrize("action", IAM)
def test_an_action_has_the_members_of_the_model(action):
    shape = MODEL.operation_model(action).input_shape
    members = {member.name: member for member in members_of(request_of(action))}
    assert members.keys() == shape.members.keys() - NOT_OFFERED.get(action, set())
    assert {name for name, member in members.items() if member.required} == set(shape.required_members)


@pytest.mark.parametrize("action", IAM)
def test_an_action_has_the_limits_of_the_model(action):
    shape = MODEL.operation_model(action).input_shape
    for member in members_of(request_of(action)):
        wanted, rule = shape.members[member.name], member.rule
        metadata = wanted.metadata
        assert TYPES.get(wanted.type_name, member.type) is member.type, member.name
        assert rule.low == metadata.get("min", 0), member.name
        if action != "CreateUser" and member.name == "UserName":
            assert metadata["max"] in (64, rule.high)  # a longer name cannot exist: 64 or 128 comes to the same
        else:
            assert rule.high == metadata.get("max"), member.name
        assert list(rule.values) == metadata.get("enum", []), member.name
        assert rule.sensitive == metadata.get("sensitive", False), member.name
        pattern = metadata.get("pattern", "") if wanted.type_name == "string" else ""
        assert rule.pattern == pattern, member.name
        re.compile(rule.pattern)


@pytest.mark.parametrize("action", IAM)
def test_no_sensitive_member_is_recorded(action):
    recorded = {attribute for attribute, _, _ in OPERATIONS[action].logged}
    assert not recorded & {member.field for member in members_of(request_of(action)) if member.rule.sensitive}
