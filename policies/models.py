"""Policies and the permission index: the tables."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from guardian.models import UserObjectPermissionBase


class KeyPolicy(models.Model):
    """The one policy of a KMS key, named ``default``.

    ``document`` is the text as submitted. ``principal_ids`` maps each user or role ARN in it to that principal's unique
    id at the time; matching goes by unique id, so a principal that was deleted and made anew gets nothing.
    """

    key = models.OneToOneField("keys.KmsKey", on_delete=models.CASCADE, related_name="key_policy")
    document = models.TextField()
    principal_ids = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"policy of {self.key_id}"


class ManagedPolicy(models.Model):
    """A customer managed policy. AWS's own are in :mod:`policies.aws_managed`."""

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="managed_policies")
    name = models.CharField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    description = models.CharField(max_length=1000, blank=True)
    document = models.TextField()
    unique_id = models.CharField(max_length=21, unique=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name"], name="managed_policy_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account_id}:policy{self.path}{self.name}"


class PolicyAttachment(models.Model):
    """A managed policy attached to a user, a role or a group, by the policy's ARN."""

    principal = models.ForeignKey(
        "accounts.Principal", null=True, on_delete=models.CASCADE, related_name="policy_attachments"
    )
    group = models.ForeignKey("accounts.Group", null=True, on_delete=models.CASCADE, related_name="policy_attachments")
    policy_arn = models.CharField(max_length=2048)

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(principal__isnull=False, group__isnull=True)
                | Q(principal__isnull=True, group__isnull=False),
                name="attached_to_one_thing",
            ),
            models.UniqueConstraint(fields=["principal", "policy_arn"], name="attached_once_to_principal"),
            models.UniqueConstraint(fields=["group", "policy_arn"], name="attached_once_to_group"),
        ]

    def __str__(self) -> str:
        return self.policy_arn


class InlinePolicy(models.Model):
    """A policy that lives and dies with one user, role or group."""

    principal = models.ForeignKey(
        "accounts.Principal", null=True, on_delete=models.CASCADE, related_name="inline_policies"
    )
    group = models.ForeignKey("accounts.Group", null=True, on_delete=models.CASCADE, related_name="inline_policies")
    name = models.CharField(max_length=128)
    document = models.TextField()

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(principal__isnull=False, group__isnull=True)
                | Q(principal__isnull=True, group__isnull=False),
                name="inline_in_one_thing",
            ),
            models.UniqueConstraint(fields=["principal", "name"], name="inline_name_unique_in_principal"),
            models.UniqueConstraint(fields=["group", "name"], name="inline_name_unique_in_group"),
        ]

    def __str__(self) -> str:
        return self.name


class KeyPermission(UserObjectPermissionBase):
    """A permission that a key policy or a grant gives to a user or role *by name*: an index for lists and badges.

    Derived, never assigned: :mod:`policies.permission_index` rewrites a key's rows in the transaction that changes its
    policy. The verdict on a request is always the engine's.
    """

    content_object = models.ForeignKey("keys.KmsKey", on_delete=models.CASCADE, related_name="permissions")
    # The statement has conditions that only a request can answer.
    depends_on_request = models.BooleanField(default=False)
    # A Deny statement reaches this principal for the permission's actions.
    denied = models.BooleanField(default=False)

    class Meta(UserObjectPermissionBase.Meta):
        indexes: ClassVar = [
            models.Index(fields=["user", "permission", "content_object"], name="permission_by_user"),
        ]


class Grant(models.Model):
    """A grant on a KMS key: an extra allow beside its policy.

    ``grantee`` and ``retiring`` are principal keys (an account id, the unique id of a user or role, a session ARN, a
    service name), so that a recreated principal inherits nothing; ``…_shown`` is what the caller wrote.
    """

    key = models.ForeignKey("keys.KmsKey", on_delete=models.CASCADE, related_name="grants")
    grant_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=256, blank=True)
    grantee = models.CharField(max_length=2048)
    grantee_shown = models.CharField(max_length=2048)
    retiring = models.CharField(max_length=2048, blank=True)
    retiring_shown = models.CharField(max_length=2048, blank=True)
    operations = models.JSONField(default=list)
    context_equals = models.JSONField(null=True)
    context_subset = models.JSONField(null=True)
    source_arn = models.CharField(max_length=256, blank=True)
    issuing_account_id = models.CharField(max_length=12)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["key", "grantee"], name="grants_by_grantee"),
            models.Index(fields=["retiring", "id"], name="grants_by_retiring"),
        ]

    def __str__(self) -> str:
        return self.grant_id
