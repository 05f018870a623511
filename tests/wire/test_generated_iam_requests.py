"""Requests made from IAM's service model, right and wrong, for every registered action of IAM, over the query protocol.

Whatever is sent: no answer is the service's own fault, a refusal changes nothing, and no password and no secret access
key is written down, or answered but where it is made.
"""

from urllib.parse import urlencode

import pytest
from botocore.session import get_session
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from operations.registry import OPERATIONS, load_actions
from tests.people import ACCOUNT
from tests.wire.http import FORM, Answered, answer, signed
from tests.wire.test_generated_requests import state, written

load_actions()
ACTIONS = sorted(name for name, operation in OPERATIONS.items() if operation.service == "iam")
MODEL = get_session().get_service_model("iam")
PASSWORDS = ["planted-Passw0rd-x7!", "planted-Passw0rd-y8?"]
DOCUMENTS = [
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:*","Resource":"*"}}',
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}',
    "{}",
    "[" * 3000,
    "no json",
]
NAMES = [
    *("Ada", "Bob", "bob", "Nobody", "root", "Auditors", "Reader", "inline", "default", "v1", "v2", "Active"),
    f"arn:aws:iam::{ACCOUNT}:policy/Own",
    "arn:aws:iam::aws:policy/AdministratorAccess",
    "arn:aws:iam::aws:policy/None",
    f"arn:aws:iam::{ACCOUNT}:user/Bob",
    *("arn:", "/", "/path/", "path", "a" * 600, "\u0000", "\ud55c", "a b"),
]


def values(shape, access_keys: list[str]) -> st.SearchStrategy:
    match shape.type_name:
        case "structure":
            return st.fixed_dictionaries({}, optional={n: values(m, access_keys) for n, m in shape.members.items()})
        case "list":
            return st.lists(values(shape.member, access_keys), max_size=3)
        case "boolean":
            return st.sampled_from(["true", "false", "yes", ""])
        case "integer":
            return st.integers(-1, 1001).map(str) | st.just("many")
        case "timestamp":
            return st.just("2026-01-01T00:00:00Z")
    if shape.name == "passwordType":
        return st.sampled_from([*PASSWORDS, "short", ""])
    if "olicyDocument" in shape.name:
        return st.sampled_from(DOCUMENTS)
    if shape.name == "accessKeyIdType":
        return st.sampled_from([*access_keys, "AKIAUNKNOWNUNKNOWN00"])
    if shape.enum:
        return st.sampled_from([*shape.enum, "Other"])
    return st.sampled_from(NAMES) | st.text(max_size=10)


def flat(name: str, value: object) -> list[tuple[str, object]]:
    """A member as the query protocol writes it."""
    if isinstance(value, dict):
        return [pair for inner, part in value.items() for pair in flat(f"{name}.{inner}".lstrip("."), part)]
    if isinstance(value, list):
        return [pair for n, part in enumerate(value, 1) for pair in flat(f"{name}.member.{n}", part)]
    return [(name, value)]


def request(action: str, access_keys: list[str]) -> st.SearchStrategy:
    shape = MODEL.operation_model(action).input_shape
    if shape is None:
        return st.just({})
    members = {name: values(member, access_keys) for name, member in shape.members.items()}
    required = {name: members.pop(name) for name in shape.required_members}
    sound = st.fixed_dictionaries(required, optional=members)
    return sound | st.tuples(sound, st.sampled_from(sorted(shape.members))).map(_without_one)


def _without_one(parts: tuple[dict, str]) -> dict:
    members, left_out = parts
    return {name: value for name, value in members.items() if name != left_out}


def ask_iam(person, action: str, members: dict) -> Answered:
    pairs = [("Action", action), ("Version", MODEL.api_version), *flat("", members)]
    body = urlencode(pairs, errors="surrogatepass").encode()
    return answer(signed(person, body, None, service="iam", region="us-east-1", content_type=FORM))


def scenery(people) -> None:
    ada = people.ada
    ask_iam(ada, "CreateGroup", {"GroupName": "Auditors"})
    ask_iam(ada, "AddUserToGroup", {"GroupName": "Auditors", "UserName": "Bob"})
    ask_iam(ada, "CreateRole", {"RoleName": "Reader", "AssumeRolePolicyDocument": DOCUMENTS[1]})
    ask_iam(ada, "CreatePolicy", {"PolicyName": "Own", "PolicyDocument": DOCUMENTS[0]})
    ask_iam(ada, "PutUserPolicy", {"UserName": "Bob", "PolicyName": "inline", "PolicyDocument": DOCUMENTS[0]})


@pytest.mark.parametrize("action", ACTIONS)
def test_no_request_is_our_fault_and_no_refusal_changes_anything(people, made_once, caplog, action):
    ada = people.ada
    made_once(scenery)
    secrets = [person.secret_access_key for person in vars(people).values()]
    before = state()

    @given(request(action, [people.bob.access_key_id]), st.sampled_from([ada, ada, people.mallory, people.olga]))
    @settings(max_examples=12, suppress_health_check=list(HealthCheck))
    def send(members: dict[str, object], person) -> None:
        answered = ask_iam(person, action, members)
        assert answered.status in (200, 400, 403, 404, 409), answered
        text = answered.body.decode()
        if answered.status == 200:
            before[:] = state()
        else:
            assert state() == before
        assert not any(secret in text for secret in [*PASSWORDS, *secrets])

    send()
    kept = written() + caplog.text
    assert not any(secret in kept for secret in [*PASSWORDS, *secrets])
