"""How IAM's answers show users, groups, roles and policies, and their pages.

Source: IAM API Reference, "Data Types". Policy documents travel percent-encoded (RFC 3986), as on AWS.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import quote

from accounts.models import AccessKey, Group, Principal, PrincipalKind
from audit.changes import Touched
from core.calls import Call
from core.errors import IamValidationError, InvalidMarkerException
from core.pagination import make_marker, read_marker
from keys import custody
from policies.aws_managed import AwsManagedPolicy
from policies.models import ManagedPolicy

DEFAULT_PAGE = 100


class Paged(Protocol):
    """A request whose answer comes in pages."""

    @property
    def marker(self) -> str | None: ...

    @property
    def max_items(self) -> int | None: ...


VERSION = "v1"  # managed policies have one version


def iam_touched(call: Call) -> list[tuple[Touched, str]]:
    """Return what a change to principals or policies of the caller's account touches."""
    return [(Touched.IAM, call.caller.account_id)]


# --- entities ---------------------------------------------------------------------------------------------------------
def user_members(user: Principal, *, whole: bool = False) -> dict[str, object]:
    """Return IAM's User; ``whole`` adds what lists leave out: boundary and tags."""
    if user.kind == PrincipalKind.ROOT:
        return {"UserId": user.account_id, "Arn": user.arn, "CreateDate": user.created_at}
    members: dict[str, object] = {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.unique_id,
        "Arn": user.arn,
        "CreateDate": user.created_at,
    }
    return members | _details(user) if whole else members


def role_members(role: Principal, *, whole: bool = False) -> dict[str, object]:
    """Return IAM's Role; ``whole`` adds what lists leave out: boundary and tags."""
    members: dict[str, object] = {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.unique_id,
        "Arn": role.arn,
        "CreateDate": role.created_at,
        "AssumeRolePolicyDocument": encoded(role.trust_policy),
        "Description": role.description or None,
        "MaxSessionDuration": 3600,
    }
    return members | _details(role) if whole else members


def _details(principal: Principal) -> dict[str, object]:
    found: dict[str, object] = {}
    if principal.permissions_boundary_arn:
        found["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": principal.permissions_boundary_arn,
        }
    if principal.tags:
        found["Tags"] = [{"Key": key, "Value": value} for key, value in sorted(principal.tags.items())]
    return found


def group_members(group: Group) -> dict[str, object]:
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.unique_id,
        "Arn": group.arn,
        "CreateDate": group.created_at,
    }


def access_key_members(key: AccessKey) -> dict[str, object]:
    """Return IAM's AccessKeyMetadata: without the secret."""
    return {
        "UserName": key.principal.name,
        "AccessKeyId": key.access_key_id,
        "Status": "Active" if key.active else "Inactive",
        "CreateDate": key.created_at,
    }


def policy_members(policy: ManagedPolicy | AwsManagedPolicy, attached: int, as_boundary: int) -> dict[str, object]:
    """Return IAM's Policy; AWS's own have no unique id and no dates here."""
    members: dict[str, object] = {
        "PolicyName": policy.name,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": VERSION,
        "AttachmentCount": attached,
        "PermissionsBoundaryUsageCount": as_boundary,
    }
    if isinstance(policy, AwsManagedPolicy):
        return {**members, "IsAttachable": policy.attachable}
    own = {"PolicyId": policy.unique_id, "CreateDate": policy.created_at, "UpdateDate": policy.updated_at}
    return {**members, **own, "IsAttachable": True}


def encoded(document: str) -> str:
    return quote(document, safe="~")


# --- the audit record -------------------------------------------------------------------------------------------------
def recorded(members: Mapping[str, object]) -> dict[str, object]:
    """Return an answer as CloudTrail's responseElements show it: lower camel names, dates in words."""
    return {name[:1].lower() + name[1:]: _recorded(value) for name, value in members.items() if value is not None}


def _recorded(value: object) -> object:
    match value:
        case datetime():
            moment = value.astimezone(UTC)
            return f"{moment:%b} {moment.day}, {moment:%Y} {int(f'{moment:%I}')}:{moment:%M:%S %p}"
        case Mapping():
            return recorded(value)
        case list() | tuple():
            return [_recorded(item) for item in value]
        case _:
            return value


# --- pages ------------------------------------------------------------------------------------------------------------
def _filters(call: Call, extra: str) -> dict[str, str | None]:
    return {"account": call.caller.account_id, "filter": extra}


def position_of(call: Call, request: Paged, extra: str = "") -> str:
    """Return behind which item the page starts ("" for the first); raises IamValidationError for a foreign marker."""
    if request.marker is None:
        return ""
    try:
        (position,) = read_marker(custody.marker_key(), call.action, _filters(call, extra), request.marker)
    except InvalidMarkerException:
        raise IamValidationError("Invalid Marker.") from None
    return str(position)


def page_size(request: Paged) -> int:
    return request.max_items or DEFAULT_PAGE


def page_members(
    call: Call,
    request: Paged,
    member: str,
    entries: Sequence[tuple[str, object]],
    extra: str = "",
) -> dict[str, object]:
    """Return one page of entries (sort value, item); one more than the page's size tells that there is more."""
    size = page_size(request)
    truncated = len(entries) > size
    members: dict[str, object] = {
        "IsTruncated": truncated,
        member: [item for _, item in entries[:size]],
    }
    if truncated:
        members["Marker"] = make_marker(
            custody.marker_key(), call.action, _filters(call, extra), [entries[size - 1][0]]
        )
    return members


def cut_members(
    call: Call, request: Paged, member: str, entries: Iterable[tuple[str, object]], extra: str = ""
) -> dict[str, object]:
    """Return one page out of a list that is at hand whole."""
    start = position_of(call, request, extra)
    ordered = sorted((entry for entry in entries if entry[0] > start), key=lambda entry: entry[0])
    return page_members(call, request, member, ordered, extra)
