"""Users, groups, roles and policies as requests name them: finding them, their ARNs, what is said when there is none.

Source: authorization 7.1; IAM API Reference; texts as observed.
"""

from collections.abc import Mapping

from accounts import queries
from accounts.models import Group, Principal, PrincipalKind
from core.calls import Call
from core.errors import IamLimitExceeded, IamNoSuchEntity, IamValidationError
from core.policy.principals import PrincipalKind as CallerKind
from operations.iam_requests import (
    ExistingUserName,
    GroupName,
    IamRequest,
    PolicyArn,
    RoleName,
)

# Source: IAM User Guide, "IAM and AWS STS quotas"; authorization 7.1.
QUOTAS: Mapping[str, int] = {
    "UsersPerAccount": 5000,
    "GroupsPerAccount": 300,
    "RolesPerAccount": 1000,
    "PoliciesPerAccount": 1500,
    "GroupsPerUser": 10,
    "AccessKeysPerUser": 2,
    "PoliciesPerUser": 10,
    "PoliciesPerGroup": 10,
    "PoliciesPerRole": 10,
}


def check_quota(name: str, used: int) -> None:
    """Raise IamLimitExceeded if one more would be too many."""
    if used >= QUOTAS[name]:
        raise IamLimitExceeded(f"Cannot exceed quota for {name}: {QUOTAS[name]}")


def load_user(call: Call, name: str) -> Principal:
    found = queries.find_user(call.caller.account_id, name)
    if found is None:
        raise IamNoSuchEntity(kind="user", name=name)
    return found


def load_group(call: Call, name: str) -> Group:
    found = queries.find_group(call.caller.account_id, name)
    if found is None:
        raise IamNoSuchEntity(kind="group", name=name)
    return found


def load_role(call: Call, name: str) -> Principal:
    found = queries.find_role(call.caller.account_id, name)
    if found is None:
        raise IamNoSuchEntity(kind="role", name=name)
    return found


def load_caller(call: Call) -> Principal:
    """Return the caller's own row; raises IamValidationError for a role session, which has to name a user."""
    principal = queries.find_principal(call.caller.principal_pk)
    if principal is None or principal.kind == PrincipalKind.ROLE:
        raise IamValidationError("Must specify userName when calling with non-User credentials")
    return principal


def entity_arn(call: Call, kind: str, name: str, path: str | None = None) -> str:
    """Return the ARN of something of the caller's account; without a path it is at the top."""
    return f"arn:aws:iam::{call.caller.account_id}:{kind}{path or '/'}{name}"


class UserRequest(IamRequest, frozen=True, kw_only=True):
    """A request about a user."""

    user_name: ExistingUserName

    def resource_arn(self, call: Call) -> str:
        user = self.find_target(call)
        return user.arn if user else entity_arn(call, "user", self.user_name)

    def find_target(self, call: Call) -> Principal | None:
        return queries.find_user(call.caller.account_id, self.user_name)

    def load(self, call: Call) -> Principal:
        return load_user(call, self.user_name)


class OwnUserRequest(IamRequest, frozen=True, kw_only=True):
    """A request about a user, the caller unless another is named."""

    user_name: ExistingUserName | None = None

    def resource_arn(self, call: Call) -> str:
        if self.user_name is None:
            own = call.caller.facts.kind in (CallerKind.USER, CallerKind.ROOT)
            return call.caller.facts.principal_arn if own else "*"
        user = self.find_target(call)
        return user.arn if user else entity_arn(call, "user", self.user_name)

    def find_target(self, call: Call) -> Principal | None:
        if self.user_name is None:
            return queries.find_principal(call.caller.principal_pk)
        return queries.find_user(call.caller.account_id, self.user_name)

    def load(self, call: Call) -> Principal:
        return load_caller(call) if self.user_name is None else load_user(call, self.user_name)


class GroupRequest(IamRequest, frozen=True, kw_only=True):
    """A request about a group."""

    group_name: GroupName

    def resource_arn(self, call: Call) -> str:
        group = queries.find_group(call.caller.account_id, self.group_name)
        return group.arn if group else entity_arn(call, "group", self.group_name)

    def load(self, call: Call) -> Group:
        return load_group(call, self.group_name)


class RoleRequest(IamRequest, frozen=True, kw_only=True):
    """A request about a role."""

    role_name: RoleName

    def resource_arn(self, call: Call) -> str:
        role = self.find_target(call)
        return role.arn if role else entity_arn(call, "role", self.role_name)

    def find_target(self, call: Call) -> Principal | None:
        return queries.find_role(call.caller.account_id, self.role_name)

    def load(self, call: Call) -> Principal:
        return load_role(call, self.role_name)


class PolicyRequest(IamRequest, frozen=True, kw_only=True):
    """A request about a managed policy."""

    policy_arn: PolicyArn

    def resource_arn(self, call: Call) -> str:
        return self.policy_arn


def word_of(entity: Principal | Group) -> str:
    """Return what an entity is: user, role or group."""
    return "group" if isinstance(entity, Group) else str(entity.kind)
