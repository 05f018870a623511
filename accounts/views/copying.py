"""Giving a user what another has: groups, attached policies, inline policies. One call after the other."""

from urllib.parse import unquote

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.views.iam_pages import attempt, read_all
from core.errors import KmsError
from kmsconsole.web.door import perform
from kmsconsole.web.errors import flash_refusal


def copy_permissions(request: HttpRequest, source: str, target: str) -> None:
    """Copy; what is refused is flashed, the rest is done."""
    failure = _("Not all permissions were copied from %(name)s") % {"name": source}
    own, new = {"UserName": source}, {"UserName": target}
    try:
        for group in read_all(request, "ListGroupsForUser", "Groups", own):
            attempt(request, "AddUserToGroup", {**new, "GroupName": group["GroupName"]}, failure=failure)
        for policy in read_all(request, "ListAttachedUserPolicies", "AttachedPolicies", own):
            attempt(request, "AttachUserPolicy", {**new, "PolicyArn": policy["PolicyArn"]}, failure=failure)
        for name in read_all(request, "ListUserPolicies", "PolicyNames", own):
            shown = perform(request, "GetUserPolicy", {**own, "PolicyName": name}).members or {}
            document = unquote(str(shown["PolicyDocument"]))
            attempt(request, "PutUserPolicy", {**new, "PolicyName": name, "PolicyDocument": document}, failure=failure)
    except KmsError as error:
        flash_refusal(request, error, failure)
