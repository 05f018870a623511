"""Requests made from the service model's shapes, right and wrong, for every registered action of KMS.

Whatever is sent: no answer is the service's own fault, a refusal changes nothing, every call leaves a record, and no
secret is written down or answered by mistake.
"""

import base64
import json

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import AuditEvent, AuditName
from core import service_model
from core.crypto.material import open_material
from keys import custody
from keys.models import KeyMaterial
from tests.builders import make_key, run_as
from tests.operations.requests import kms_actions
from tests.people import OTHER_ACCOUNT, REGION
from tests.wire.http import ask

COMMON = {"AccessDeniedException", "SerializationException", "ValidationException"}
# Recorded, though the model does not say so; others take grant tokens or markers and declare no error for a bad one.
UNDECLARED = {
    **dict.fromkeys(("CreateAlias", "DeleteAlias", "UpdateAlias"), {"NotAuthorizedException"}),
    "DescribeKey": {"InvalidGrantTokenException"},
    "ListKeyPolicies": {"InvalidMarkerException"},
}
PLANTED = b"planted plaintext 7f03b1"
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just([]), st.just({}), st.just([{}])
)
OTHER_KINDS = [
    {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"},
    {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"},
    {"KeySpec": "ECC_NIST_P384", "KeyUsage": "KEY_AGREEMENT"},
    {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
    {"Origin": "EXTERNAL"},
    {"MultiRegion": True},
]
# Tables that a refused call may write: the trail itself, and the texts that its records share.
WRITTEN_BY_EVERY_CALL = {"audit_auditevent", "audit_auditname", "audit_auditchain"}
POLICIES = [
    "",
    "{}",
    '{"Version":"2012-10-17","Statement":[]}',
    '{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:*","Resource":"*"}}',
    '{"Statement":{"Effect":"Deny","Principal":"*","Action":"kms:*","Resource":"*"}}',
    '{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::1:root"},"Action":1,"Resource":{}}}',
    "[" * 3000,
]


class Shapes:
    """Strategies for the shapes of the model; ``names`` and ``blobs`` are worth trying because they mean something."""

    def __init__(self, names: list[str], blobs: list[bytes]) -> None:
        self.blobs = st.one_of(st.sampled_from(blobs), st.binary(max_size=64), st.just(b"x" * 7000)).map(
            lambda blob: base64.b64encode(blob).decode()
        )
        self.names = st.one_of(st.sampled_from(names), st.text(max_size=30))

    def of(self, name: str) -> st.SearchStrategy:
        shape = service_model.shape(name)
        match shape["type"]:
            case "structure":
                return self.structure(name)
            case "list":
                return st.lists(self.of(shape["member"]["shape"]), max_size=4)
            case "map":
                return st.dictionaries(st.text(max_size=10), st.text(max_size=10) | st.integers(), max_size=4)
            case "blob":
                return self.blobs
            case "integer":
                return st.integers(-2, 3000) | st.integers()
            case "boolean":
                return st.booleans()
            case "timestamp":
                return st.floats() | st.integers()
        if values := service_model.allowed_values(name):
            return st.sampled_from(values) | st.text(max_size=5)
        if name == "PolicyType":
            return st.sampled_from(POLICIES) | st.text(max_size=50)
        return self.names

    def structure(self, name: str) -> st.SearchStrategy:
        required = set(service_model.shape(name).get("required", ()))
        members = service_model.members(name)
        return st.fixed_dictionaries(
            {member: self.of(shape) for member, shape in members.items() if member in required},
            optional={member: self.of(shape) for member, shape in members.items() if member not in required},
        )

    def request(self, action: str) -> st.SearchStrategy:
        """Mostly sound requests; sometimes one with junk in a member, or without one that is required."""
        name = service_model.input_shape(action)
        members = sorted(service_model.members(name))
        sound = self.structure(name)
        if not members:
            return sound
        broken = st.tuples(sound, st.sampled_from(members), JUNK).map(lambda parts: {**parts[0], parts[1]: parts[2]})
        partial = st.tuples(sound, st.sampled_from(members)).map(
            lambda parts: {member: value for member, value in parts[0].items() if member != parts[1]}
        )
        return sound | broken | partial


def errors_of(action: str) -> set[str]:
    """What the model says that an operation answers, and what every one may."""
    declared = service_model.load_model()["operations"][action]["errors"]
    return COMMON | UNDECLARED.get(action, set()) | {error["shape"] for error in declared}


def state() -> list[object]:
    """Every row that a refused call must leave alone."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - WRITTEN_BY_EVERY_CALL)
        return [(table, cursor.execute(f'SELECT * FROM "{table}"').fetchall()) for table in tables]


def written() -> str:
    """Everything that calls write down."""
    details = AuditEvent.objects.values_list("details", flat=True)
    return "\n".join([*details, *AuditName.objects.values_list("value", flat=True)])


def forms(secret: bytes) -> list[str]:
    return [secret.hex(), base64.b64encode(secret).decode(), secret.decode("latin-1")]


def materials() -> list[bytes]:
    rows = KeyMaterial.objects.select_related("key")
    places = [
        {
            "account_id": row.key.account_id,
            "region": row.key.region,
            "key_id": row.key.key_id,
            "material_id": row.material_id,
        }
        for row in rows
    ]
    opened = zip(rows, places, strict=True)
    return [open_material(bytes(row.sealed), custody.root_keys(), **place).reveal() for row, place in opened]


def scenery(people) -> tuple[list[str], bytes]:
    """Make keys of every state, owner and kind; return what may be named in a request, and a ciphertext."""
    ada = people.ada
    mine, other = make_key(ada, alias="mine"), make_key(ada, state="Disabled")
    doomed, theirs = make_key(ada, state="PendingDeletion"), make_key(people.olga)
    blob = run_as(ada, "Encrypt", {"KeyId": mine["KeyId"], "Plaintext": PLANTED})["CiphertextBlob"]
    others = [run_as(ada, "CreateKey", members)["KeyMetadata"] for members in OTHER_KINDS]
    unknown = "12345678-1234-4234-8234-123456789012"
    names = [
        *(key[name] for key in (mine, other, doomed, theirs) for name in ("KeyId", "Arn")),
        *(key["KeyId"] for key in others),
        *("alias/mine", "alias/new", "alias/none", "alias/", "alias/aws/s3", "alias/a:b"),
        f"arn:aws:kms:{REGION}:{ada.account_id}:alias/mine",
        *(unknown, mine["Arn"].replace(mine["KeyId"], unknown), mine["Arn"].replace(REGION, "eu-west-1")),
        *(
            f"mrk-{'0' * 32}",
            "arn:",
            "arn:aws:kms",
            "arn:aws:kms:::",
            "arn:aws:s3:::bucket",
            f"arn:aws:kms:{REGION}::x",
        ),
        *("default", "team", "aws:team", "cks-12345678901234567", OTHER_ACCOUNT, "a" * 3000, "\u0000", "\U0001f511"),
    ]
    return names, blob


@pytest.mark.parametrize("action", kms_actions())
def test_no_request_is_our_fault_and_no_refusal_changes_anything(people, made_once, caplog, action):
    ada = people.ada
    names, blob = made_once(scenery)
    shapes = Shapes(names, [blob, blob[:-1], blob + b"\0", PLANTED, b"\1\2\2\0\0" + b"\0" * 60])
    secrets = [person.secret_access_key for person in vars(people).values()]

    before = state()

    @given(shapes.request(action), st.sampled_from([ada, people.mallory, people.olga]))
    @settings(max_examples=15, suppress_health_check=list(HealthCheck))
    def send(members: dict[str, object], person) -> None:
        recorded = AuditEvent.objects.count()
        body = json.dumps(members, allow_nan=True).encode("utf-8", "surrogatepass")
        answered = ask(person, action, body)
        assert answered.status in (200, 400), answered
        assert AuditEvent.objects.count() > recorded
        if answered.status == 200:
            before[:] = state()
        else:
            assert state() == before
            assert answered.code in errors_of(action), answered
            assert not any(form in answered.body.decode() for form in forms(PLANTED))

    send()
    kept = written() + caplog.text
    for secret in (*materials(), PLANTED, custody.secret(custody.AUDIT_CHAIN), custody.marker_key()):
        assert not any(form in kept for form in forms(secret))
    assert not any(secret in kept for secret in secrets)
