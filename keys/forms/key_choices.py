"""What may be chosen for a new key: the labels of the console over the table of key specs.

A choice appears once its row of core/crypto/key_specs.py is implemented; no template knows of it.
Source: console.md 3.2 and 3.3.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.crypto.key_specs import (
    IMPLEMENTED_ORIGINS,
    KEY_SPECS,
    MULTI_REGION_IMPLEMENTED,
    KeySpec,
    KeyType,
    KeyUsage,
    Origin,
    key_type,
)
from kmsconsole.web.components import Option

Words = tuple[str | Promise, str | Promise]


class TypeChoice(StrEnum):
    """The console's two types; HMAC keys count as symmetric."""

    SYMMETRIC = "symmetric"
    ASYMMETRIC = "asymmetric"


class Regionality(StrEnum):
    SINGLE = "single-region"
    MULTI = "multi-region"


# Label and helper text, in the order of the console.
TYPES: Mapping[TypeChoice, Words] = {
    TypeChoice.SYMMETRIC: (
        _("Symmetric"),
        _("One secret key, used both to encrypt and to decrypt data, or to generate and verify MACs."),
    ),
    TypeChoice.ASYMMETRIC: (
        _("Asymmetric"),
        _("A pair of a public and a private key, used to encrypt, to sign or to agree on a shared secret."),
    ),
}
USAGES: Mapping[KeyUsage, Words] = {
    KeyUsage.ENCRYPT_DECRYPT: (_("Encrypt and decrypt"), _("Use the key only to encrypt and decrypt data.")),
    KeyUsage.GENERATE_VERIFY_MAC: (
        _("Generate and verify MAC"),
        _("Use the key only to generate and verify hash-based message authentication codes (HMAC)."),
    ),
    KeyUsage.SIGN_VERIFY: (
        _("Sign and verify"),
        _("The private key signs, the public key verifies signatures."),
    ),
    KeyUsage.KEY_AGREEMENT: (_("Key agreement"), _("Derive a shared secret with the public key of somebody else.")),
    KeyUsage.ENCAPSULATE_DECAPSULATE: (
        _("Encapsulate and decapsulate"),
        _("The public key wraps a shared secret, the private key unwraps it."),
    ),
}
ORIGINS: Mapping[Origin, Words] = {
    Origin.AWS_KMS: (_("KMS - recommended"), _("AWS KMS makes and keeps the key material.")),
    Origin.EXTERNAL: (_("External (Import Key material)"), _("You make the key material and import it.")),
    Origin.AWS_CLOUDHSM: (
        _("AWS CloudHSM key store"),
        _("The key material is made and kept in your AWS CloudHSM cluster."),
    ),
    Origin.EXTERNAL_KEY_STORE: (
        _("External key store"),
        _("The key material stays in a key manager outside AWS."),
    ),
}
REGIONALITIES: Mapping[Regionality, Words] = {
    Regionality.SINGLE: (_("Single-Region key"), _("The key can never be replicated to another Region.")),
    Regionality.MULTI: (_("Multi-Region key"), _("The key can be replicated to other Regions.")),
}


def type_of(spec: KeySpec) -> TypeChoice:
    return TypeChoice.ASYMMETRIC if key_type(spec) is KeyType.ASYMMETRIC else TypeChoice.SYMMETRIC


# What is said of a spec beside its name.
SPEC_NOTES: Mapping[KeySpec, str | Promise] = {
    KeySpec.ECC_SECG_P256K1: _("secp256k1, used by cryptocurrencies"),
    KeySpec.ECC_NIST_EDWARDS25519: _("ed25519"),
    KeySpec.ML_DSA_44: _("Post-quantum"),
    KeySpec.ML_DSA_65: _("Post-quantum"),
    KeySpec.ML_DSA_87: _("Post-quantum"),
    KeySpec.ML_KEM_512: _("Post-quantum"),
    KeySpec.ML_KEM_768: _("Post-quantum"),
    KeySpec.ML_KEM_1024: _("Post-quantum"),
}
_PRESELECTED = KeySpec.HMAC_256  # the only one that is not the first of its table


def _made() -> list[KeySpec]:
    """Return the specs that the console offers, in its order."""
    hidden = set() if settings.KMS_ML_KEM_CONSOLE else {KeyUsage.ENCAPSULATE_DECAPSULATE}
    made = [spec for spec, row in KEY_SPECS.items() if row.implemented and not hidden.intersection(row.usages)]
    return sorted(made, key=lambda spec: spec is not _PRESELECTED)


def types() -> list[TypeChoice]:
    made = {type_of(spec) for spec in _made()}
    return [choice for choice in TYPES if choice in made]


def usages(chosen: str) -> list[KeyUsage]:
    """Return the usages that keys of a type may have."""
    made = {usage for spec in _made() if type_of(spec) == chosen for usage in KEY_SPECS[spec].usages}
    return [usage for usage in USAGES if usage in made]


def specs(chosen: str, usage: str) -> list[KeySpec]:
    """Return the specs of a type and usage, the preselected one first."""
    return [spec for spec in _made() if type_of(spec) == chosen and usage in KEY_SPECS[spec].usages]


def origins(spec: str) -> list[Origin]:
    allowed = KEY_SPECS[KeySpec(spec)].origins & IMPLEMENTED_ORIGINS
    return [origin for origin in ORIGINS if origin in allowed]


def regionalities(spec: str, origin: str) -> list[Regionality]:
    in_a_store = origin in (Origin.AWS_CLOUDHSM, Origin.EXTERNAL_KEY_STORE)
    both = MULTI_REGION_IMPLEMENTED and KEY_SPECS[KeySpec(spec)].multi_region and not in_a_store
    return [Regionality.SINGLE, Regionality.MULTI] if both else [Regionality.SINGLE]


def spec_words(offered: Iterable[KeySpec]) -> Mapping[KeySpec, Words]:
    return {spec: (spec.value, SPEC_NOTES.get(spec, "")) for spec in offered}


def options(chosen: Iterable[str], words: Mapping[str, Words]) -> list[Option]:
    """Return choices as the tiles of a form."""
    return [Option(str(value), *words[value]) for value in chosen]
