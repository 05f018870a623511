"""CreateGroup: a new user group. Source: IAM API Reference, CreateGroup."""

from accounts import queries, unique_ids
from accounts.models import Group
from core.calls import Call
from core.errors import IamEntityAlreadyExists
from operations.iam_answers import group_members, iam_touched, recorded
from operations.iam_entities import check_quota, entity_arn
from operations.iam_requests import GroupName, IamRequest, Path, iam_operation
from operations.registry import Outcome


class CreateGroupRequest(IamRequest, frozen=True, kw_only=True):
    path: Path | None = None
    group_name: GroupName

    def resource_arn(self, call: Call) -> str:
        return entity_arn(call, "group", self.group_name, self.path)


@iam_operation("CreateGroup", CreateGroupRequest, writes=True)
def create_group(call: Call, request: CreateGroupRequest) -> Outcome:
    account_id = call.caller.account_id
    if queries.find_group(account_id, request.group_name) is not None:
        raise IamEntityAlreadyExists(kind="Group", name=request.group_name)
    check_quota("GroupsPerAccount", queries.count_groups(account_id))
    group = Group.objects.create(
        account_id=account_id,
        name=request.group_name,
        path=request.path or "/",
        unique_id=unique_ids.new_unique_id(unique_ids.GROUP_PREFIX),
        created_at=call.time,
    )
    members = {"Group": group_members(group)}
    return Outcome(members=members, elements=recorded(members), touched=iam_touched(call))
