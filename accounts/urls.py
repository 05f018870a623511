"""Addresses of signing in and of account administration."""

from django.urls import path

from accounts.views import (
    account,
    create_user,
    credentials,
    documents,
    groups,
    owner_policies,
    policies,
    roles,
    sign_in,
    user_changes,
    user_detail,
    users,
)

app_name = "accounts"
urlpatterns = [
    path("signin", sign_in.sign_in, name="sign_in"),
    path("signout", sign_in.sign_out, name="sign_out"),
    path("console/change-password", sign_in.change_password, name="change_password"),
    path("account", account.account, name="account"),
    path("account/clock", account.move_clock, name="move_clock"),
    path("iam/security-credentials", user_detail.security_credentials, name="security_credentials"),
    # users
    path("iam/users", users.users, name="users"),
    path("iam/users/create", create_user.create_user, name="create_user"),
    path("iam/users/delete", users.delete_users, name="delete_users"),
    path("iam/users/details/<str:name>", user_detail.user, name="user"),
    path("iam/users/details/<str:name>/groups/add", user_changes.add_to_groups, name="add_to_groups"),
    path("iam/users/details/<str:name>/groups/remove", user_changes.remove_from_groups, name="remove_from_groups"),
    path("iam/users/details/<str:name>/tags", user_changes.save_tags, name="save_tags"),
    path("iam/users/details/<str:name>/boundary", user_changes.set_boundary, name="set_boundary"),
    path("iam/users/details/<str:name>/boundary/remove", user_changes.remove_boundary, name="remove_boundary"),
    path("iam/users/details/<str:name>/console-access", credentials.console_access, name="console_access"),
    path("iam/users/details/<str:name>/access-keys/create", credentials.create_access_key, name="create_access_key"),
    path(
        "iam/users/details/<str:name>/access-keys/<str:access_key_id>/status",
        credentials.set_access_key_status,
        name="access_key_status",
    ),
    path(
        "iam/users/details/<str:name>/access-keys/<str:access_key_id>/delete",
        credentials.delete_access_key,
        name="delete_access_key",
    ),
    # groups
    path("iam/groups", groups.groups, name="groups"),
    path("iam/groups/create", groups.create_group, name="create_group"),
    path("iam/groups/details/<str:name>", groups.group, name="group"),
    path("iam/groups/details/<str:name>/users/add", groups.add_users, name="add_users"),
    path("iam/groups/details/<str:name>/users/remove", groups.remove_users, name="remove_users"),
    path("iam/groups/details/<str:name>/delete", groups.delete_group, name="delete_group"),
    # roles
    path("iam/roles", roles.roles, name="roles"),
    path("iam/roles/create", roles.create_role, name="create_role"),
    path("iam/roles/details/<str:name>", roles.role, name="role"),
    path("iam/roles/details/<str:name>/trust", roles.edit_trust, name="edit_trust"),
    path("iam/roles/details/<str:name>/delete", roles.delete_role, name="delete_role"),
    # policies of users, groups and roles
    path("iam/<slug:kind>/details/<str:name>/policies/attach", owner_policies.attach, name="attach_policies"),
    path("iam/<slug:kind>/details/<str:name>/policies/remove", owner_policies.take_away, name="take_policies"),
    path("iam/<slug:kind>/details/<str:name>/policies/inline", owner_policies.inline_policy, name="inline_policy"),
    # managed policies; an ARN travels as ?arn=
    path("iam/policies", policies.policies, name="policies"),
    path("iam/policies/create", policies.create_policy, name="create_policy"),
    path("iam/policies/details", policies.policy, name="policy"),
    path("iam/policies/attach", policies.attach_policy, name="attach_policy"),
    path("iam/policies/detach", policies.detach_policy, name="detach_policy"),
    path("iam/policies/delete", policies.delete_policy, name="delete_policy"),
    path("iam/policies/check", documents.lint_policy, name="lint_policy"),
    path("iam/policies/check-trust", documents.lint_trust, name="lint_trust"),
]
