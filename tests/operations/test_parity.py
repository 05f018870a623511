"""Both doors lead to one service: the same request gives the same rows, the same errors and the same records.

Each action is sent twice to databases that start alike: signed, as a client sends it over the wire, and as a console
view sends it. What is drawn or measured anew in each call (ids, times, material, ciphertext) is replaced by its place.
"""

import base64
import json
import re
from datetime import datetime

import pytest
from django.db import connection
from django.test import RequestFactory

from audit.models import AuditEvent, AuditName
from core.errors import KmsError
from core.shapes import encode_response
from kmsconsole.web.door import perform
from operations.registry import OPERATIONS
from tests.builders import run_as
from tests.operations.requests import kms_actions
from tests.wire.http import ask

# Sealed or drawn anew each time; compared by presence only.
UNLIKE = {"sealed", "root_key_id", "sealed_secret", "password"}
# The same of an answer's members.
DRAWN = {
    "CiphertextBlob",
    "GrantToken",
    "ImportToken",
    "Mac",
    "Plaintext",
    "PrivateKeyCiphertextBlob",
    "PrivateKeyPlaintext",
    "PublicKey",
    "SharedSecret",
    "SharedSecretCiphertextBlob",
    "Signature",
}
# The trail is compared record by record, without the marks of the door itself.
APART = {"audit_auditevent", "audit_auditname", "audit_auditchain", "django_session"}


def over_the_wire(person, action: str, members: dict) -> tuple[str, object]:
    def plain(value: object) -> object:
        return base64.b64encode(value).decode() if isinstance(value, bytes) else value

    body = json.dumps({name: plain(value) for name, value in members.items()}).encode()
    answered = ask(person, action, body)
    if answered.status == 200:
        return "ok", json.loads(answered.body or b"{}")
    return answered.code, answered.message


def through_the_console(person, action: str, members: dict) -> tuple[str, object]:
    request = RequestFactory().post("/")
    request.user, request.session = person.principal, {}
    try:
        result = perform(request, action, members)
    except KmsError as refusal:
        return refusal.code, refusal.message
    return "ok", json.loads(encode_response(action, result.members or {}) or b"{}")


def rows(like) -> dict[str, object]:
    """Every table, but the trail and the sessions of the browser."""
    found: dict[str, object] = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - APART):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            found[table] = [
                {
                    name: value is not None if name in UNLIKE else like(value)
                    for name, value in zip(names, row, strict=True)
                }
                for row in cursor.fetchall()
            ]
    return found


def records(like) -> list[object]:
    texts = dict(AuditName.objects.values_list("id", "value"))
    pointing = ("region", "event", "identity", "error", "key", "other_key")
    events = []
    for event in AuditEvent.objects.order_by("sequence"):
        details = json.loads(event.details)
        details.pop("c", None)  # sessionCredentialFromConsole
        events.append([event.account, *(like(texts.get(getattr(event, name), "")) for name in pointing), like(details)])
    return events


class Alike:
    """Replaces ids by the order in which they first appear, times and random texts by their kind."""

    PATTERNS = re.compile(
        r"(?P<uuid>[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})"
        r"|(?P<material>\b[0-9a-f]{64}\b)|(?P<unique>\bA[A-Z]{3}[A-Z2-7]{16,17}\b)"
        r"|(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)?"
        r"|[A-Z][a-z]{2} \d+, \d{4}, \d+:\d\d:\d\d [AP]M)"
    )

    def __init__(self) -> None:
        self.seen: dict[str, str] = {}

    def __call__(self, value: object) -> object:
        match value:
            case str():
                return self.PATTERNS.sub(self._replace, value)
            case dict():
                return {name: self._member(name, inner) for name, inner in value.items()}
            case list() | tuple():
                return [self(inner) for inner in value]
            case datetime():
                return "time"
            case bytes() | memoryview():
                return "bytes"
            case float():
                return "time"
        return value

    def _member(self, name: str, value: object) -> object:
        if name in DRAWN and isinstance(value, str):
            return name
        if name.endswith("Date") and isinstance(value, int | float):
            return "time"
        return self(value)

    def _replace(self, found: re.Match) -> str:
        kind = found.lastgroup or "time"
        if found["time"]:
            return "time"
        return self.seen.setdefault(found[0], f"{kind} {len(self.seen)}")


def told(door, people, scene, action: str, who: str, state: str) -> dict[str, object]:
    """What one door makes of a request, told without what is new in each call."""
    if state == "PendingDeletion" and action != "CancelKeyDeletion":
        run_as(people.ada, "ScheduleKeyDeletion", {"KeyId": scene.key_id})
    like = Alike()
    answer = door(getattr(people, who), action, scene.request(action))
    return {"answer": like(answer), "rows": rows(like), "records": records(like)}


BOTH_DOORS = (over_the_wire, through_the_console)


@pytest.mark.parametrize("action", kms_actions())
def test_both_doors_do_the_same_and_refuse_the_same(people, ready_scene, action):
    wire, console = (told(door, people, ready_scene(action), action, "ada", "Enabled") for door in BOTH_DOORS)
    assert wire["answer"][0] == "ok"
    assert wire == console
    if OPERATIONS[action].writes:
        for who, state in (("mallory", "Enabled"), ("ada", "PendingDeletion")):
            wire, console = (told(door, people, ready_scene(action), action, who, state) for door in BOTH_DOORS)
            assert wire == console, (who, state)


def test_the_comparison_can_fail():
    one, other = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
    assert Alike()([one, other]) == Alike()([other, one])
    assert Alike()([one, one]) != Alike()([one, other])
    assert Alike()({"CreationDate": 1.5}) == Alike()({"CreationDate": 2})
    assert Alike()({"KeyState": "Enabled"}) != Alike()({"KeyState": "Disabled"})
