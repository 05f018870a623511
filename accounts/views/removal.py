"""Deleting a user, group or role together with what has to go first, one call after the other, as AWS's console does.

Each step is a call of its own with its own permission and event; the first refusal stops the rest and is raised.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from accounts.views.iam_pages import has_password, read_all
from kmsconsole.web.door import perform


def remove_user(request: HttpRequest, name: str) -> None:
    own = {"UserName": name}
    for key in read_all(request, "ListAccessKeys", "AccessKeyMetadata", own):
        perform(request, "DeleteAccessKey", {**own, "AccessKeyId": key["AccessKeyId"]})
    if has_password(request, name):
        perform(request, "DeleteLoginProfile", own)
    for group in read_all(request, "ListGroupsForUser", "Groups", own):
        perform(request, "RemoveUserFromGroup", {**own, "GroupName": group["GroupName"]})
    _remove_policies(request, "User", own)
    perform(request, "DeleteUser", own)


def remove_group(request: HttpRequest, name: str) -> None:
    own = {"GroupName": name}
    for user in read_all(request, "GetGroup", "Users", own):
        perform(request, "RemoveUserFromGroup", {**own, "UserName": user["UserName"]})
    _remove_policies(request, "Group", own)
    perform(request, "DeleteGroup", own)


def remove_role(request: HttpRequest, name: str) -> None:
    own = {"RoleName": name}
    _remove_policies(request, "Role", own)
    perform(request, "DeleteRole", own)


def _remove_policies(request: HttpRequest, kind: str, own: Mapping[str, Any]) -> None:
    for policy in read_all(request, f"ListAttached{kind}Policies", "AttachedPolicies", own):
        perform(request, f"Detach{kind}Policy", {**own, "PolicyArn": policy["PolicyArn"]})
    for name in read_all(request, f"List{kind}Policies", "PolicyNames", own):
        perform(request, f"Delete{kind}Policy", {**own, "PolicyName": name})
