"""The constraints of a service model, evaluated slowly and obviously: what a request breaks, in AWS's words.

Source of the words: kms-semantics 1.5. Reads botocore's file itself and shares nothing with core/shapes.py.
"""

import base64
import gzip
import json
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_PACKAGE = find_spec("botocore")
assert _PACKAGE is not None
assert _PACKAGE.origin is not None
_FILE = Path(_PACKAGE.origin).parent / "data" / "kms" / "2014-11-01" / "service-2.json.gz"
MODEL: dict[str, Any] = json.loads(gzip.decompress(_FILE.read_bytes()))
SHAPES: dict[str, Any] = MODEL["shapes"]
# Not marked sensitive in the model; but they are never written down (kms-semantics 5.1), and errors are.
HIDDEN = ("GrantTokenList", "GrantTokenType", "TrustAnchorCertificateType")
OPERATIONS = sorted(MODEL["operations"])


def input_of(operation: str) -> str:
    return str(MODEL["operations"][operation]["input"]["shape"])


def violations(name: str, value: Any, path: str = "") -> Iterator[str]:
    """Every constraint that a value breaks; its JSON types are right."""
    shape = SHAPES[name]
    kind = shape["type"]
    if kind == "structure":
        for member, inner in shape["members"].items():
            inner_path = f"{path}.{member[0].lower()}{member[1:]}".lstrip(".")
            if value.get(member) is not None:
                yield from violations(inner["shape"], value[member], inner_path)
            elif member in shape.get("required", ()):
                yield f"Value null at '{inner_path}' failed to satisfy constraint: Member must not be null"
        return
    size, noun = measure(kind, value), "value" if kind == "integer" else "length"
    shown = "" if kind == "blob" or shape.get("sensitive") or name in HIDDEN else f"'{text_of(value)}' "
    start = f"Value {shown}at '{path}' failed to satisfy constraint: Member must"
    if size is not None and size < shape.get("min", size):
        yield f"{start} have {noun} greater than or equal to {shape['min']}"
    if size is not None and size > shape.get("max", size):
        yield f"{start} have {noun} less than or equal to {shape['max']}"
    if "pattern" in shape and not re.fullmatch(shape["pattern"], value, re.ASCII):
        yield f"{start} satisfy regular expression pattern: {shape['pattern']}"
    if "enum" in shape and value not in shape["enum"]:
        yield f"{start} satisfy enum value set: [{', '.join(shape['enum'])}]"
    if kind in ("list", "map"):
        items = enumerate(value, 1) if kind == "list" else value.items()
        for key, inner in items:
            inner_path = f"{path}.{key}.member"
            if inner is None:
                yield f"Value null at '{inner_path}' failed to satisfy constraint: Member must not be null"
            else:
                yield from violations(shape["member" if kind == "list" else "value"]["shape"], inner, inner_path)


def measure(kind: str, value: Any) -> int | None:
    """What minimum and maximum are about: characters, decoded bytes, elements, or the number itself."""
    match kind:
        case "integer":
            return int(value)
        case "blob":
            return len(base64.b64decode(value))
        case "string" | "list" | "map":
            return len(value)
    return None


def text_of(value: Any) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)


def message(broken: list[str]) -> str:
    noun = "error" if len(broken) == 1 else "errors"
    return f"{len(broken)} validation {noun} detected: {'; '.join(broken)}"
