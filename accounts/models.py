"""Accounts, their principals and the credentials of these: the tables.

One model holds every principal (root identity, user, role), so that per-object permissions can name any of them.
"""

from typing import Any, ClassVar

from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group as DjangoGroup
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Account(models.Model):
    """An AWS account of this installation. Its id is 12 digits."""

    id = models.CharField(primary_key=True, max_length=12, validators=[RegexValidator(r"^\d{12}$")])
    alias = models.CharField(max_length=63, null=True, unique=True)
    created_at = models.DateTimeField()
    # How far the account's clock is ahead of the machine's. INVARIANT: never decreases.
    clock_offset_seconds = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(clock_offset_seconds__gte=0), name="clock_only_moves_forward"),
        ]

    def __str__(self) -> str:
        return self.alias or self.id


class PrincipalKind(models.TextChoices):
    ROOT = "root", _("Root user")
    USER = "user", _("User")
    ROLE = "role", _("Role")


class PrincipalManager(BaseUserManager["Principal"]):
    """Looks principals up by the name that Django's authentication uses: the unique id."""

    def get_by_natural_key(self, username: str | None) -> "Principal":
        return self.get(unique_id=username)


class Principal(AbstractBaseUser):
    """A root identity, a user or a role of an account.

    ``unique_id`` is ``AIDA…`` for users, ``AROA…`` for roles and the account id for the root identity; it is never used
    twice, so a policy that named a deleted user gives its successor of the same name nothing.
    """

    is_active = True
    is_superuser = False  # nobody stands above the policies
    last_login: Any = None  # sign-ins are in the audit trail; a read never writes
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="principals")
    kind = models.CharField(max_length=4, choices=PrincipalKind.choices)
    name = models.CharField(max_length=64)
    path = models.CharField(max_length=512, default="/")
    unique_id = models.CharField(max_length=21, unique=True)
    created_at = models.DateTimeField()
    console_access = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True)
    # Roles only: who may assume the role.
    trust_policy = models.TextField(blank=True)
    description = models.CharField(max_length=1000, blank=True)
    permissions_boundary_arn = models.CharField(max_length=2048, blank=True)
    tags = models.JSONField(default=dict)

    USERNAME_FIELD = "unique_id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[PrincipalManager] = PrincipalManager()

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint("account", "kind", Lower("name"), name="principal_name_unique_ignoring_case"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def arn(self) -> str:
        if self.kind == PrincipalKind.ROOT:
            return f"arn:aws:iam::{self.account_id}:root"
        return f"arn:aws:iam::{self.account_id}:{self.kind}{self.path}{self.name}"

    @property
    def groups(self) -> models.QuerySet[DjangoGroup]:
        """Django's groups, for which guardian asks: none. An IAM group hands on policies, not permissions."""
        return DjangoGroup.objects.none()

    def has_perm(self, permission: str, obj: models.Model | None = None) -> bool:
        """Tell whether the permission index names this principal for an object: a hint, never the verdict."""
        return any(
            backend.has_perm(self, permission, obj) for backend in get_backends() if hasattr(backend, "has_perm")
        )


class Group(models.Model):
    """An IAM user group. A group is never a principal; it only hands its policies to its members."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="groups")
    name = models.CharField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    unique_id = models.CharField(max_length=21, unique=True)
    created_at = models.DateTimeField()
    members = models.ManyToManyField(Principal, related_name="member_of", blank=True)

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint("account", Lower("name"), name="group_name_unique_ignoring_case"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account_id}:group{self.path}{self.name}"


class AccessKey(models.Model):
    """A long-term credential. The secret is sealed under the root key; INVARIANT: it never changes."""

    principal = models.ForeignKey(Principal, on_delete=models.CASCADE, related_name="access_keys")
    access_key_id = models.CharField(max_length=128, unique=True)
    sealed_secret = models.BinaryField()
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    description = models.CharField(max_length=256, blank=True)

    class Meta:
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return self.access_key_id
