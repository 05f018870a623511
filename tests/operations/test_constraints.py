"""Every constraint of the service model broken once, at every depth, by every operation: with its text, through run().

What a request breaks is told by tests/reference_models/constraints.py; kms-semantics 1.5 has the words. A value of a
wrong JSON type is a SerializationException, whose text is not AWS's and not compared.
"""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.builders import Refused, refused
from tests.conformance_results import check_results, check_rows
from tests.reference_models.constraints import OPERATIONS, SHAPES, input_of, message, violations
from tests.wire.http import ask

pytestmark = pytest.mark.conformance

# Text that satisfies a pattern, to be filled up to a length with its last character; the others take "a".
FITTING = {
    "AccountIdType": "123456789012",
    "CloudHsmClusterIdType": "cluster-aaaaaaaaaaa",
    "GrantConstraintSourceArnType": "arn:aws:s3::111122223333:" + "a" * 20,
    "RegionType": "us-east-1",
    "ServicePrincipalType": "a.b.c",
    "XksProxyAuthenticationAccessKeyIdType": "A" * 20,
    "XksProxyUriEndpointType": "https://aa",
    "XksProxyUriPathType": "/a/kms/xks/v1",
    "XksProxyVpcEndpointServiceNameType": "com.amazonaws.vpce.us-east-1.vpce-svc-a",
    "XksProxyAuthenticationRawSecretAccessKeyType": "a" * 43,
}
# Longer text that still satisfies the pattern: only its middle or its end can grow.
GROWING: dict[str, Callable[[int], str]] = {
    "AccountIdType": lambda length: "1" * length,
    "CloudHsmClusterIdType": lambda length: "cluster-" + "a" * (length - 8),
    "RegionType": lambda length: "a" * (length - 4) + "-b-1",
    "ServicePrincipalType": lambda length: "a.b." + "c" * (length - 4),
    "XksProxyUriPathType": lambda length: "/" + "a" * (length - 12) + "/kms/xks/v1",
}
WRONG = {
    "string": "text",
    "integer": 7,
    "boolean": True,
    "list": ["text"],
    "structure": {"Text": "text"},
}
SAME_JSON = {"map": "structure", "blob": "string", "timestamp": "integer"}

Step = str | int
Path = tuple[Step, ...]


def text(name: str, length: int | None = None) -> str:
    """Return text that satisfies the pattern of a shape, if its length permits."""
    shape = SHAPES[name]
    if "enum" in shape:
        return str(shape["enum"][0])
    start = FITTING.get(name, "a" * max(1, shape.get("min", 1)))
    if length is None:
        return start
    if name in GROWING and length >= len(FITTING.get(name, "")):
        return GROWING[name](length)
    return start[:length] if length < len(start) else start + start[-1] * (length - len(start))


def sample(name: str, *, full: bool) -> Any:
    """Return a value that breaks nothing; with every optional member, or with none."""
    shape = SHAPES[name]
    match shape["type"]:
        case "structure":
            members = shape["members"] if full else {m: shape["members"][m] for m in shape.get("required", ())}
            return {member: sample(inner["shape"], full=full) for member, inner in members.items()}
        case "list":
            return [sample(shape["member"]["shape"], full=full)]
        case "map":
            return {"k": "v"}
        case "blob":
            return base64.b64encode(b"x" * max(1, shape.get("min", 1))).decode()
        case "integer":
            return shape.get("min", 1)
        case "boolean":
            return True
        case "timestamp":
            return 1_900_000_000
    return text(name)


def replaced(value: Any, path: Path, new: Any) -> Any:
    """Return the value with another one at a path, which grows where there is nothing yet."""
    if not path:
        return new
    step, *rest = path
    if isinstance(step, int):
        return [*value[:step], replaced(value[step], tuple(rest), new), *value[step + 1 :]]
    return {**value, step: replaced(value.get(step), tuple(rest), new)}


def places(name: str, path: Path = (), title: str = "") -> Iterator[tuple[Path, str, str]]:
    """Every member at every depth: where it is, what the page calls it, and its shape."""
    shape = SHAPES[name]
    if path:
        yield path, title, name
    match shape["type"]:
        case "structure":
            for member, inner in shape["members"].items():
                yield from places(inner["shape"], (*path, member), f"{title}.{member}".lstrip("."))
        case "list":
            yield from places(shape["member"]["shape"], (*path, 0), f"{title}[]")
        case "map":
            yield from places(shape["value"]["shape"], (*path, "k"), f"{title}{{}}")


def breaking(name: str) -> Iterator[tuple[str, Any]]:
    """A value for each constraint of a shape, which breaks it, and as little else as can be."""
    shape = SHAPES[name]
    kind, least, most = shape["type"], shape.get("min"), shape.get("max")
    if kind == "integer":
        yield from [("minimum", least - 1)] if least is not None else []
        yield from [("maximum", most + 1)] if most is not None else []
    elif kind == "blob":
        yield from [("minimum length", "")] if least else []
        yield from [("maximum length", base64.b64encode(b"x" * (most + 1)).decode())] if most is not None else []
    elif kind == "list":
        element = sample(shape["member"]["shape"], full=True)
        yield from [("minimum length", [])] if least else []
        yield from [("maximum length", [element] * (most + 1))] if most is not None else []
        yield "null element", [None]
    elif kind == "map":
        yield "null value", {"k": None}
    elif kind == "string":
        yield from [("minimum length", text(name, least - 1))] if least else []
        yield from [("maximum length", text(name, most + 1))] if most is not None else []
        if "enum" in shape:
            yield "enum", "Nonsense"
        if "pattern" in shape:
            yield "pattern", "\u0100" + text(name)[1:]


def requests(operation: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every request that breaks one constraint: what it is called, its kind, and its members."""
    name = input_of(operation)
    good = sample(name, full=False)
    assert not list(violations(name, good)), operation
    full = sample(name, full=True)
    assert not list(violations(name, full)), operation
    for path, title, shape in places(name):
        around = good if len(path) == 1 else {**good, path[0]: full[path[0]]}
        for kind, value in breaking(shape):
            yield title, kind, replaced(around, path, value)
    for path, title, shape in [((), "", name), *places(name)]:
        for member in SHAPES[shape].get("required", ()):
            around = {**good, path[0]: full[path[0]]} if path else good
            yield f"{title}.{member}".lstrip("."), "required", replaced(around, (*path, member), None)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_constraint_is_refused_in_aws_words(people, operation):
    cells = {}
    for title, kind, members in requests(operation):
        broken = list(violations(input_of(operation), members))
        assert broken, (title, kind)
        # Several constraints of one member stand in no known order.
        answered = refused(people.ada, operation, json.dumps(members).encode())
        start, _, listed = str(answered.message).partition(" detected: ")
        assert sorted(listed.split("; ")) == sorted(broken), (title, kind)
        assert Refused(answered.code, start) == Refused(
            "ValidationException", message(broken).partition(" detected")[0]
        )
        cells[f"{title} {kind}"] = answered.code
    for title, kind, members in wrong_types(operation):
        answered = refused(people.ada, operation, json.dumps(members).encode())
        assert answered.code == "SerializationException", (title, kind)
        cells[f"{title} {kind}"] = answered.code
    if SHAPES[input_of(operation)]["members"]:
        check_results("constraints", operation, cells)


def wrong_types(operation: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every member as each JSON type that it has not."""
    name = input_of(operation)
    good, full = sample(name, full=False), sample(name, full=True)
    for path, title, shape in places(name):
        kind = SHAPES[shape]["type"]
        around = good if len(path) == 1 else {**good, path[0]: full[path[0]]}
        for wrong, value in WRONG.items():
            number_in_a_map = title.endswith("{}") and wrong == "integer"  # read as text: kms-semantics 1.1
            if wrong != SAME_JSON.get(kind, kind) and not number_in_a_map:
                yield title, f"{wrong} instead", replaced(around, path, value)


def test_the_results_have_every_operation_with_members():
    check_rows("constraints", [operation for operation in OPERATIONS if SHAPES[input_of(operation)]["members"]])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_wire_answers_what_the_pipeline_does(people, operation):
    """One constraint of each operation as a client sends it, and the answer as it comes back."""
    found = next(requests(operation), None)
    if found is None:  # nothing to break
        assert not SHAPES[input_of(operation)].get("required")
        return
    body = json.dumps(found[2]).encode()
    answered = ask(people.ada, operation, body)
    assert answered.status == 400
    assert answered.json == dict(zip(("__type", "message"), refused(people.ada, operation, body), strict=True))
