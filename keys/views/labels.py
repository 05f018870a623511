"""The console's words for what keys are: states, usages, origins. Source: console.md 2.4 and 2.6."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.crypto.key_specs import KeySpec, KeyUsage, Origin
from core.key_states import KeyState
from keys.models import SYMMETRIC_SPECS, ListedType
from operations.snapshots import KeySnapshot

Text = str | Promise

# State: label and kind of the status indicator.
STATES: Mapping[KeyState, tuple[Text, str]] = {
    KeyState.ENABLED: (_("Enabled"), "success"),
    KeyState.DISABLED: (_("Disabled"), "stopped"),
    KeyState.PENDING_DELETION: (_("Pending deletion"), "warning"),
    KeyState.PENDING_REPLICA_DELETION: (_("Pending replica deletion"), "warning"),
    KeyState.PENDING_IMPORT: (_("Pending import"), "pending"),
    KeyState.UNAVAILABLE: (_("Unavailable"), "error"),
    KeyState.CREATING: (_("Creating"), "in-progress"),
    KeyState.UPDATING: (_("Updating"), "in-progress"),
}
USAGES: Mapping[KeyUsage, Text] = {
    KeyUsage.ENCRYPT_DECRYPT: _("Encrypt and decrypt"),
    KeyUsage.SIGN_VERIFY: _("Sign and verify"),
    KeyUsage.GENERATE_VERIFY_MAC: _("Generate and verify MAC"),
    KeyUsage.KEY_AGREEMENT: _("Key agreement"),
    KeyUsage.ENCAPSULATE_DECAPSULATE: _("Encapsulate and decapsulate"),
}
ORIGINS: Mapping[Origin, Text] = {
    Origin.AWS_KMS: _("AWS KMS"),
    Origin.EXTERNAL: _("External (Import Key material)"),
    Origin.AWS_CLOUDHSM: _("AWS CloudHSM"),
    Origin.EXTERNAL_KEY_STORE: _("External key store"),
}
SINGLE_REGION, PRIMARY, REPLICA = _("Single Region"), _("Primary"), _("Replica")


def key_type_label(spec: KeySpec) -> Text:
    """Return Symmetric or Asymmetric; HMAC keys are symmetric here."""
    return (ListedType.SYMMETRIC if spec.value in SYMMETRIC_SPECS else ListedType.ASYMMETRIC).label


def regionality_label(key: KeySnapshot) -> Text:
    if not key.multi_region:
        return SINGLE_REGION
    return PRIMARY if key.is_primary else REPLICA


def short_alias(name: str) -> str:
    """Return an alias as the console shows it: without the prefix."""
    return name.removeprefix("alias/")
