"""Requests of IAM: what their members may be, and reading them from either door.

The query protocol carries every value as text, forms too; types are made here. The limits are those of the IAM service
model; all broken constraints together are one ValidationError, worded as IAM words it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from accounts.models import Principal
from core.calls import Call
from core.errors import IamInvalidInput, IamValidationError
from operations.registry import Outcome, operation


@dataclass(frozen=True, slots=True)
class Rule:
    """What the service model says of a member. ``pattern`` is the model's own text; ``sensitive``: never shown."""

    low: int = 0
    high: int | None = None
    pattern: str = ""
    values: tuple[str, ...] = ()
    sensitive: bool = False


class Tag(msgspec.Struct, frozen=True):
    """A tag of a user or role."""

    tag_key: str = msgspec.field(name="key")
    tag_value: str = msgspec.field(name="value")


_NAME = r"[\w+=,.@-]+"
_TEXT = r"[\u0009\u000A\u000D\u0020-\u00FF]+"
UserName = Annotated[str, Rule(1, 64, _NAME)]
ExistingUserName = Annotated[str, Rule(1, 128, _NAME)]
GroupName = Annotated[str, Rule(1, 128, _NAME)]
RoleName = Annotated[str, Rule(1, 64, _NAME)]
PolicyName = Annotated[str, Rule(1, 128, _NAME)]
Path = Annotated[str, Rule(1, 512, r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)")]
PathPrefix = Annotated[str, Rule(1, 512, r"\u002F[\u0021-\u007F]*")]
PolicyPath = Annotated[str, Rule(1, 512, r"((/[A-Za-z0-9\.,\+@=_-]+)*)/")]
PolicyArn = Annotated[str, Rule(20, 2048)]
PolicyDocumentText = Annotated[str, Rule(1, 131_072, _TEXT)]
PolicyDescription = Annotated[str, Rule(0, 1000)]
RoleDescription = Annotated[str, Rule(0, 1000, r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*")]
SessionSeconds = Annotated[int, Rule(3600, 43200)]
Password = Annotated[str, Rule(1, 128, _TEXT, sensitive=True)]
AccessKeyId = Annotated[str, Rule(16, 128, r"[\w]+")]
KeyStatus = Annotated[str, Rule(values=("Active", "Inactive", "Expired"))]
VersionId = Annotated[str, Rule(pattern=r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?")]
Marker = Annotated[str, Rule(1, 320, r"[\u0020-\u00FF]+")]
MaxItems = Annotated[int, Rule(1, 1000)]
Tags = Annotated[tuple[Tag, ...], Rule(0, 50)]


class IamRequest(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """A request of IAM. Each action has one; members are named as on the wire."""

    def resource_arn(self, call: Call) -> str:
        """Return the ARN that the permission is asked for."""
        return "*"

    def condition_keys(self, call: Call) -> Mapping[str, str | tuple[str, ...] | None]:
        """Return the condition keys that this request has beside those of every request.

        Source: Service Authorization Reference, IAM: ``iam:PermissionsBoundary`` is the boundary that is asked for, or
        else that of the user or role that the request is about.
        """
        tags = getattr(self, "tags", None) or ()
        keys: dict[str, str | tuple[str, ...] | None] = {
            "iam:PolicyARN": getattr(self, "policy_arn", None),
            "iam:PermissionsBoundary": getattr(self, "permissions_boundary", None),
            "aws:TagKeys": tuple(tag.tag_key for tag in tags) or getattr(self, "tag_keys", None) or None,
        }
        target = self.find_target(call)
        if target is not None:
            keys["iam:PermissionsBoundary"] = keys["iam:PermissionsBoundary"] or target.permissions_boundary_arn or None
            for key, value in target.tags.items():
                keys[f"iam:ResourceTag/{key}"] = keys[f"aws:ResourceTag/{key}"] = value
        return keys

    def find_target(self, call: Call) -> Principal | None:
        """Return the user or role that the request is about, if there is one."""
        return None

    def __repr__(self) -> str:
        return type(self).__name__  # passwords never show


class PagedRequest(IamRequest, frozen=True, kw_only=True):
    """A request whose answer comes in pages."""

    marker: Marker | None = None
    max_items: MaxItems | None = None


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    field: str
    type: Any
    rule: Rule
    required: bool


@cache
def members_of(request: type[IamRequest]) -> tuple[_Member, ...]:
    """Return the members of a request with their rules, in the order of the class."""
    hints = get_type_hints(request, include_extras=True)
    found = []
    for info in msgspec.structs.fields(request):
        kind, rule = _unwrapped(hints[info.name])
        found.append(_Member(info.encode_name, info.name, kind, rule, info.required))
    return tuple(found)


def _unwrapped(hint: Any) -> tuple[Any, Rule]:
    if get_origin(hint) in (Union, UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is Annotated:
        kind, rule = get_args(hint)[:2]
        return kind, rule
    return hint, Rule()


def read_request(request: type[IamRequest], members: Mapping[str, object]) -> IamRequest:
    """Return the request for members as on the wire; raises IamValidationError or IamInvalidInput.

    A member that the action does not offer is refused: nothing is taken and then ignored.
    """
    known = members_of(request)
    unknown = members.keys() - {member.name for member in known}
    if unknown:
        raise IamInvalidInput(f"The parameter {min(unknown)} is not supported.")
    fields: dict[str, Any] = {}
    violations: list[str] = []
    for member in known:
        value = members.get(member.name)
        if value is not None:
            fields[member.field] = _read(member, value, violations)
        elif member.required:
            violations.append(
                f"Value null at '{_camel(member.name)}' failed to satisfy constraint: Member must not be null"
            )
    if violations:
        noun = "error" if len(violations) == 1 else "errors"
        raise IamValidationError(f"{len(violations)} validation {noun} detected: {'; '.join(violations)}")
    return request(**fields)


def _read(member: _Member, value: object, violations: list[str]) -> Any:
    if member.type is bool:
        return _bool(value)
    if member.type is int:
        number = _int(value)
        _check_range(member, number, str(number), "value", violations)
        return number
    if member.type is not str:
        items = _tags(value) if member.type == tuple[Tag, ...] else _texts(value)
        _check_range(member, len(items), f"{len(items)} items", "length", violations)
        return items
    text = value if isinstance(value, str) else str(value)
    _check_range(member, len(text), text, "length", violations)
    rule = member.rule
    if rule.pattern and not re.fullmatch(rule.pattern, text, re.ASCII):
        _violate(member, text, f"Member must satisfy regular expression pattern: {rule.pattern}", violations)
    if rule.values and text not in rule.values:
        _violate(member, text, f"Member must satisfy enum value set: [{', '.join(rule.values)}]", violations)
    return text


def _bool(value: object) -> bool:
    text = str(value).lower()
    if text not in ("true", "false"):
        raise IamValidationError(f"'{value}' is not a valid boolean.")
    return text == "true"


def _int(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise IamValidationError(f"'{value}' is not a valid integer.") from None


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise IamValidationError("A list of texts is needed.")
    return tuple(value)


def _tags(value: object) -> tuple[Tag, ...]:
    items = value if isinstance(value, list | tuple) else []
    tags = []
    for item in items:
        if not isinstance(item, Mapping) or not isinstance(item.get("Key"), str):
            raise IamValidationError("A tag has a Key and a Value.")
        key, content = str(item["Key"]), str(item.get("Value", ""))
        if not 1 <= len(key) <= 128 or len(content) > 256:
            raise IamValidationError("A tag key has 1 to 128 characters, a tag value at most 256.")
        tags.append(Tag(key, content))
    if len({tag.tag_key.lower() for tag in tags}) < len(tags):
        raise IamInvalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    return tuple(tags)


def _check_range(member: _Member, size: int, shown: str, what: str, violations: list[str]) -> None:
    if size < member.rule.low:
        _violate(member, shown, f"Member must have {what} greater than or equal to {member.rule.low}", violations)
    if member.rule.high is not None and size > member.rule.high:
        _violate(member, shown, f"Member must have {what} less than or equal to {member.rule.high}", violations)


def _violate(member: _Member, shown: str, constraint: str, violations: list[str]) -> None:
    quoted = "" if member.rule.sensitive else f"'{shown}' "
    violations.append(f"Value {quoted}at '{_camel(member.name)}' failed to satisfy constraint: {constraint}")


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def iam_operation(
    name: str, request: type[IamRequest], *, writes: bool = False, unlogged: Sequence[str] = ()
) -> Callable[[Callable[..., Outcome]], Callable[..., Outcome]]:
    """Register an action of IAM. Its audit record shows every member but sensitive ones and those of ``unlogged``."""

    def parse(members: bytes | Mapping[str, object]) -> IamRequest:
        if isinstance(members, bytes):
            raise TypeError("IAM's requests are not JSON.")
        return read_request(request, members)

    logged = [
        member.field for member in members_of(request) if not member.rule.sensitive and member.field not in unlogged
    ]
    return operation(name, service="iam", parse=parse, writes=writes, logged=logged)
