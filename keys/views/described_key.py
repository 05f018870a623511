"""A key as DescribeKey tells it to the signed-in principal: what the pages of one key stand on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.crypto.algorithms import ALGORITHM_MEMBERS
from core.crypto.key_specs import KeySpec, KeyType, KeyUsage, Origin, key_type
from core.key_states import KeyState
from keys.views.labels import ORIGINS, STATES, USAGES, key_type_label
from kmsconsole.web.door import current_region, perform
from kmsconsole.web.navigation import link

PRIMARY_KEY, REPLICA_KEY = _("Primary key"), _("Replica key")
ALGORITHM_LABELS: Mapping[KeyUsage, str | Promise] = {
    KeyUsage.ENCRYPT_DECRYPT: _("Encryption algorithms"),
    KeyUsage.SIGN_VERIFY: _("Signing algorithms"),
    KeyUsage.GENERATE_VERIFY_MAC: _("MAC algorithms"),
    KeyUsage.KEY_AGREEMENT: _("Key agreement algorithms"),
    KeyUsage.ENCAPSULATE_DECAPSULATE: _("Encapsulation algorithms"),
}


@dataclass(frozen=True, slots=True)
class RelatedKey:
    """A copy of a multi-Region key, itself included."""

    region: str
    arn: str
    is_primary: bool

    @property
    def regionality_label(self) -> str | Promise:
        return PRIMARY_KEY if self.is_primary else REPLICA_KEY


@dataclass(frozen=True, slots=True)
class DescribedKey:
    """KeyMetadata, typed, with the words that the console has for it."""

    key_id: str
    arn: str
    account_id: str
    region: str
    state: KeyState
    created_at: datetime
    description: str
    spec: KeySpec
    usage: KeyUsage
    origin: Origin
    manager: str
    multi_region: bool
    deletion_date: datetime | None
    material_id: str
    algorithms: tuple[str, ...]
    pending_window_days: int | None = None
    expiration_model: str = ""
    valid_to: datetime | None = None
    related: tuple[RelatedKey, ...] = ()  # the primary key first, then the replicas by Region

    @property
    def state_label(self) -> str | Promise:
        return STATES[self.state][0]

    @property
    def state_kind(self) -> str:
        return STATES[self.state][1]

    @property
    def type_label(self) -> str | Promise:
        return key_type_label(self.spec)

    @property
    def usage_label(self) -> str | Promise:
        return USAGES[self.usage]

    @property
    def origin_label(self) -> str | Promise:
        return ORIGINS[self.origin]

    @property
    def is_customer_managed(self) -> bool:
        return self.manager == "CUSTOMER"

    @property
    def is_imported(self) -> bool:
        return self.origin is Origin.EXTERNAL

    @property
    def is_primary(self) -> bool:
        return self.multi_region and self.primary_region == self.region

    @property
    def is_replica(self) -> bool:
        return self.multi_region and not self.is_primary

    @property
    def primary_region(self) -> str:
        return next((each.region for each in self.related if each.is_primary), "")

    @property
    def regionality_label(self) -> str | Promise:
        return PRIMARY_KEY if self.is_primary else REPLICA_KEY

    @property
    def is_symmetric_encryption(self) -> bool:
        return self.spec is KeySpec.SYMMETRIC_DEFAULT

    @property
    def encrypts(self) -> bool:
        return self.usage is KeyUsage.ENCRYPT_DECRYPT

    @property
    def is_asymmetric(self) -> bool:
        return key_type(self.spec) is KeyType.ASYMMETRIC

    @property
    def algorithms_label(self) -> str | Promise:
        return ALGORITHM_LABELS[self.usage]

    @property
    def awaits_deletion(self) -> bool:
        return self.state in (KeyState.PENDING_DELETION, KeyState.PENDING_REPLICA_DELETION)

    def href(self, name: str = "keys:detail", **query: str) -> str:
        """Return the address of a page of this key."""
        return link(name, self.key_id, region=self.region, **query)


def describe(request: HttpRequest, key_id: str) -> DescribedKey:
    """Call DescribeKey; raises its refusal."""
    members = perform(request, "DescribeKey", {"KeyId": key_id}).members or {}
    metadata: Mapping[str, Any] = members["KeyMetadata"]  # type: ignore[assignment]
    algorithms = [name for member in ALGORITHM_MEMBERS.values() for name in metadata.get(member, ())]
    return DescribedKey(
        key_id=metadata["KeyId"],
        arn=metadata["Arn"],
        account_id=metadata["AWSAccountId"],
        region=current_region(request),
        state=KeyState(metadata["KeyState"]),
        created_at=metadata["CreationDate"],
        description=metadata["Description"],
        spec=KeySpec(metadata["KeySpec"]),
        usage=KeyUsage(metadata["KeyUsage"]),
        origin=Origin(metadata["Origin"]),
        manager=metadata["KeyManager"],
        multi_region=metadata["MultiRegion"],
        deletion_date=metadata.get("DeletionDate"),
        material_id=metadata.get("CurrentKeyMaterialId", ""),
        algorithms=tuple(str(name) for name in algorithms),
        pending_window_days=metadata.get("PendingDeletionWindowInDays"),
        expiration_model=metadata.get("ExpirationModel", ""),
        valid_to=metadata.get("ValidTo"),
        related=_related(metadata.get("MultiRegionConfiguration")),
    )


def _related(configuration: Mapping[str, Any] | None) -> tuple[RelatedKey, ...]:
    if configuration is None:
        return ()
    primary = configuration["PrimaryKey"]
    first = [RelatedKey(primary["Region"], primary["Arn"], is_primary=True)] if primary else []
    replicas = [RelatedKey(each["Region"], each["Arn"], is_primary=False) for each in configuration["ReplicaKeys"]]
    return (*first, *replicas)
