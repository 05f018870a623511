"""Tag, untag and list the tags of users and roles. Source: IAM API Reference.

The console keeps the description of an access key as a tag of its user, under the key's id, as AWS's does.
"""

from typing import Annotated, Any

from core.calls import Call
from core.errors import IamLimitExceeded
from operations.iam_answers import cut_members, iam_touched
from operations.iam_entities import RoleRequest, UserRequest
from operations.iam_requests import Marker, MaxItems, Rule, Tags, iam_operation
from operations.registry import Outcome

MOST_TAGS = 50
TagKeys = Annotated[tuple[str, ...], Rule(0, MOST_TAGS)]


class TagUserRequest(UserRequest, frozen=True, kw_only=True):
    tags: Tags


class TagRoleRequest(RoleRequest, frozen=True, kw_only=True):
    tags: Tags


class UntagUserRequest(UserRequest, frozen=True, kw_only=True):
    tag_keys: TagKeys


class UntagRoleRequest(RoleRequest, frozen=True, kw_only=True):
    tag_keys: TagKeys


class ListUserTagsRequest(UserRequest, frozen=True, kw_only=True):
    marker: Marker | None = None
    max_items: MaxItems | None = None


class ListRoleTagsRequest(RoleRequest, frozen=True, kw_only=True):
    marker: Marker | None = None
    max_items: MaxItems | None = None


@iam_operation("TagUser", TagUserRequest, writes=True)
@iam_operation("TagRole", TagRoleRequest, writes=True)
def tag_entity(call: Call, request: Any) -> Outcome:
    """Set tags; a key that differs in case alone replaces the other, for keys ignore case."""
    entity = request.load(call)
    given = {tag.tag_key.lower() for tag in request.tags}
    tags = {key: value for key, value in entity.tags.items() if key.lower() not in given}
    tags |= {tag.tag_key: tag.tag_value for tag in request.tags}
    if len(tags) > MOST_TAGS:
        raise IamLimitExceeded(f"Cannot exceed quota for TagsPerEntity: {MOST_TAGS}")
    entity.tags = tags
    entity.save(update_fields=["tags"])
    return Outcome(touched=iam_touched(call))


@iam_operation("UntagUser", UntagUserRequest, writes=True)
@iam_operation("UntagRole", UntagRoleRequest, writes=True)
def untag_entity(call: Call, request: Any) -> Outcome:
    entity = request.load(call)
    gone = {key.lower() for key in request.tag_keys}
    entity.tags = {key: value for key, value in entity.tags.items() if key.lower() not in gone}
    entity.save(update_fields=["tags"])
    return Outcome(touched=iam_touched(call))


@iam_operation("ListUserTags", ListUserTagsRequest)
@iam_operation("ListRoleTags", ListRoleTagsRequest)
def list_entity_tags(call: Call, request: Any) -> Outcome:
    entity = request.load(call)
    entries = [(key, {"Key": key, "Value": value}) for key, value in entity.tags.items()]
    return Outcome(members=cut_members(call, request, "Tags", entries, entity.arn))
