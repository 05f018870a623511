"""KMS keys and what belongs to them: the tables."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crypto.key_specs import KeySpec, KeyType, key_type
from core.key_states import KeyState

# HMAC keys are symmetric to the console's filter (console.md 2.4), though not to UpdateAlias.
SYMMETRIC_SPECS = [spec.value for spec in KeySpec if key_type(spec) is not KeyType.ASYMMETRIC]


class ListedType(models.TextChoices):
    """What the console's list calls a key's type."""

    ASYMMETRIC = "Asymmetric", _("Asymmetric")
    SYMMETRIC = "Symmetric", _("Symmetric")


class KmsKey(models.Model):
    """A KMS key. Its material is in :class:`KeyMaterial`, its policy in :class:`policies.models.KeyPolicy`."""

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="keys")
    region = models.CharField(max_length=32)
    key_id = models.CharField(max_length=36)
    key_spec = models.CharField(max_length=32)
    key_usage = models.CharField(max_length=32)
    origin = models.CharField(max_length=32)
    key_manager = models.CharField(max_length=8, default="CUSTOMER")
    multi_region = models.BooleanField(default=False)
    description = models.CharField(max_length=8192, blank=True)
    # The stored state; what time has made of it since is computed (see operations.snapshots.KeySnapshot).
    state = models.CharField(max_length=24, choices=[(state, state) for state in KeyState])
    created_at = models.DateTimeField()
    # Set while the state is PendingDeletion; while it is PendingReplicaDeletion, as soon as every replica has a date.
    deletion_date = models.DateTimeField(null=True)
    # How long a primary key waits after its last replica is gone. INVARIANT: set exactly in PendingReplicaDeletion.
    pending_window_days = models.PositiveSmallIntegerField(null=True)
    # Multi-Region keys: the Region of the primary, the same in every related key; "" for a single-Region key.
    primary_region = models.CharField(max_length=32, blank=True, default="")
    # Until when a change between Regions lasts, and the state that the key shows meanwhile: Creating or Updating.
    settles_at = models.DateTimeField(null=True)
    settling_state = models.CharField(max_length=8, blank=True, default="")
    # Automatic rotation: INVARIANT: next_rotation_at is set exactly while rotation_enabled.
    rotation_enabled = models.BooleanField(default=False)
    rotation_period_days = models.PositiveSmallIntegerField(default=365)
    next_rotation_at = models.DateTimeField(null=True)
    # What the console's list is ordered by: only an order that an index has stays fast with 100,000 keys.
    listed_type = models.GeneratedField(
        expression=models.Case(
            models.When(key_spec__in=SYMMETRIC_SPECS, then=models.Value(ListedType.SYMMETRIC.value)),
            default=models.Value(ListedType.ASYMMETRIC.value),
        ),
        output_field=models.CharField(max_length=10),
        db_persist=True,
    )
    # An order too: the first of the key's aliases by name, "" without one. Written by queries.rewrite_first_alias only.
    first_alias = models.CharField(max_length=256, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "region", "key_id"], name="key_id_unique_in_region"),
            models.CheckConstraint(
                condition=models.Q(rotation_enabled=True, next_rotation_at__isnull=False)
                | models.Q(rotation_enabled=False, next_rotation_at__isnull=True),
                name="rotation_has_a_date",
            ),
            models.CheckConstraint(
                condition=models.Q(multi_region=False, primary_region="")
                | (models.Q(multi_region=True) & ~models.Q(primary_region="")),
                name="multi_region_key_has_a_primary",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "region", "id"], name="keys_newest_first"),
            models.Index(fields=["account", "region", "key_spec", "id"], name="keys_by_spec"),
            models.Index(fields=["account", "region", "listed_type", "id"], name="keys_by_type"),
            models.Index(fields=["account", "region", "first_alias", "id"], name="keys_by_alias"),
            models.Index(fields=["state", "deletion_date"], name="keys_due_for_deletion"),
            models.Index(fields=["rotation_enabled", "next_rotation_at"], name="keys_due_for_rotation"),
            models.Index(
                fields=["account", "key_id"], condition=models.Q(multi_region=True), name="related_multi_region_keys"
            ),
        ]
        default_permissions = ()
        permissions: ClassVar = [
            ("view_key", _("View the key")),
            ("use_key", _("Use the key in cryptographic operations")),
            ("administer_key", _("Administer the key")),
            ("delete_key", _("Schedule the key's deletion")),
            ("grant_key", _("Create grants for the key")),
        ]

    def __str__(self) -> str:
        return self.key_id

    @property
    def arn(self) -> str:
        return f"arn:aws:kms:{self.region}:{self.account_id}:key/{self.key_id}"

    @property
    def multi_region_key_type(self) -> str | None:
        if not self.multi_region:
            return None
        return "PRIMARY" if self.primary_region == self.region else "REPLICA"


class KeyMaterial(models.Model):
    """One version of a key's material, sealed under the root key. Rows stay until the key is deleted.

    The current material is the newest one whose ``current_from`` has come: an on-demand rotation takes a while, and
    nothing needs to be written when it ends. Related multi-Region keys have a row each, with the same id, version and
    dates. Imported material may be absent (``sealed`` is null) and may have no date yet: it is pending rotation.
    """

    key = models.ForeignKey(KmsKey, on_delete=models.CASCADE, related_name="materials")
    material_id = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    sealed = models.BinaryField(null=True)
    root_key_id = models.CharField(max_length=16, blank=True)  # "" while the material is absent
    created_at = models.DateTimeField()
    current_from = models.DateTimeField(null=True)
    # "" for the first material, else AUTOMATIC or ON_DEMAND.
    rotation_type = models.CharField(max_length=9, blank=True)
    # Whether the service event RotateKey has been recorded.
    announced = models.BooleanField(default=True)
    # Imported material only. INVARIANT: valid_to is set exactly for material that is present and expires.
    description = models.CharField(max_length=256, blank=True, default="")
    valid_to = models.DateTimeField(null=True)

    class Meta:
        ordering = ("version",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "version"], name="material_version_unique"),
            models.UniqueConstraint(fields=["key", "material_id"], name="material_id_unique_in_key"),
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(current_from__isnull=True), name="one_material_pending_rotation"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["material_id"], name="material_by_id"),
            models.Index(fields=["root_key_id", "id"], name="material_by_root_key"),
            models.Index(fields=["current_from"], condition=models.Q(announced=False), name="materials_to_announce"),
            models.Index(fields=["valid_to"], condition=models.Q(valid_to__isnull=False), name="materials_to_expire"),
        ]

    def __str__(self) -> str:
        return self.material_id


class Alias(models.Model):
    """A name for a KMS key, unique in account and Region. ``name`` includes ``alias/``."""

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="aliases")
    region = models.CharField(max_length=32)
    name = models.CharField(max_length=256)
    key = models.ForeignKey(KmsKey, on_delete=models.CASCADE, related_name="aliases")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "region", "name"], name="alias_unique_in_region"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def arn(self) -> str:
        return f"arn:aws:kms:{self.region}:{self.account_id}:{self.name}"


class Tag(models.Model):
    """A tag of a KMS key."""

    key = models.ForeignKey(KmsKey, on_delete=models.CASCADE, related_name="tags")
    tag_key = models.CharField(max_length=128)
    tag_value = models.CharField(max_length=256, blank=True)

    class Meta:
        ordering = ("tag_key",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "tag_key"], name="tag_key_unique_in_key"),
        ]

    def __str__(self) -> str:
        return self.tag_key


class SealedSecret(models.Model):
    """A secret of the installation, sealed under the root key: ``root-key-check``, ``audit-chain``, ``markers``."""

    name = models.CharField(primary_key=True, max_length=32)
    sealed = models.BinaryField()
    root_key_id = models.CharField(max_length=16)

    def __str__(self) -> str:
        return self.name


class WizardDraft(models.Model):
    """What somebody has entered in a wizard of keys so far. Holds no secret."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    principal = models.ForeignKey("accounts.Principal", on_delete=models.CASCADE, related_name="wizard_drafts")
    region = models.CharField(max_length=32)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    # The key that Finish made, or made replicas of: a second Finish of the same draft makes nothing.
    finished_key_id = models.CharField(max_length=36, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["updated_at"], name="drafts_by_age")]

    def __str__(self) -> str:
        return str(self.id)
