"""The AWS service model of KMS, read as data: operations, members, limits, errors.

The file is the one that botocore ships (pinned in requirements.txt); botocore itself is never imported. Nothing on the
hot path needs it: requests are decoded by the generated :mod:`core.messages`, and only the wording of violations, the
console and the tests walk the model. It is read once, at first use.
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NewType

API_VERSION = "2014-11-01"
SCALAR_TYPES = frozenset({"string", "blob", "integer", "boolean", "timestamp"})

Shape = NewType("Shape", dict[str, Any])


@cache
def load_model() -> Mapping[str, Any]:
    """The whole of ``kms/2014-11-01/service-2.json``, without the documentation texts' owner being imported."""
    package = find_spec("botocore")
    if package is None or package.origin is None:
        raise RuntimeError("botocore is not installed; requirements.txt pins it for its service model.")
    packed = Path(package.origin).parent / "data" / "kms" / API_VERSION / "service-2.json.gz"
    model: Mapping[str, Any] = json.loads(gzip.decompress(packed.read_bytes()))
    return model


def operation_names() -> Sequence[str]:
    """Every operation of the model, in its order (alphabetical)."""
    return tuple(load_model()["operations"])


def error_names() -> frozenset[str]:
    """Every error that some operation of the model declares."""
    shapes = load_model()["shapes"]
    return frozenset(name for name, shape in shapes.items() if shape.get("exception"))


def faults() -> frozenset[str]:
    """The errors that are the service's own fault (HTTP 500)."""
    shapes = load_model()["shapes"]
    return frozenset(name for name, shape in shapes.items() if shape.get("exception") and shape.get("fault"))


def shape(name: str) -> Shape:
    """A shape by its name in the model."""
    found: Shape = load_model()["shapes"][name]
    return found


def input_shape(operation: str) -> str:
    """The name of the input structure of an operation; every KMS operation has one."""
    name: str = load_model()["operations"][operation]["input"]["shape"]
    return name


def output_shape(operation: str) -> str | None:
    """The name of the output structure, or ``None`` for an operation that answers with an empty body."""
    output = load_model()["operations"][operation].get("output")
    return None if output is None else str(output["shape"])


def members(structure: str) -> Mapping[str, str]:
    """Member name on the wire → shape name, in the model's order."""
    return {name: member["shape"] for name, member in shape(structure)["members"].items()}


def input_members(operation: str) -> Mapping[str, str]:
    """Member name on the wire → shape name of an operation's input, in the model's order."""
    return members(input_shape(operation))


def output_members(operation: str) -> Mapping[str, str]:
    """Member name on the wire → shape name of an operation's output; empty when there is none."""
    structure = output_shape(operation)
    return {} if structure is None else members(structure)


def required_members(operation: str) -> frozenset[str]:
    """The members that a request must carry."""
    return frozenset(shape(input_shape(operation)).get("required", ()))


def sensitive_members(operation: str) -> frozenset[str]:
    """Input and output members, at the top level, whose value must never be shown."""
    both = {**input_members(operation), **output_members(operation)}
    return frozenset(name for name, shape_name in both.items() if shape(shape_name).get("sensitive"))


def allowed_values(shape_name: str) -> Sequence[str]:
    """The values of an enumeration, in the model's order; empty for any other shape."""
    return tuple(shape(shape_name).get("enum", ()))


def holds_timestamp(shape_name: str, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a value of this shape can contain a point in time."""
    found = shape(shape_name)
    if shape_name in seen or found["type"] in SCALAR_TYPES:
        return bool(found["type"] == "timestamp")
    inner = [member["shape"] for member in found.get("members", {}).values()]
    inner += [found[part]["shape"] for part in ("member", "key", "value") if part in found]
    return any(holds_timestamp(name, seen | {shape_name}) for name in inner)
