"""From key material to the handle that a key's spec and usage call for: one row each."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from core.crypto.ecc_handles import EcdhHandle, EcdsaHandle
from core.crypto.ed25519_handle import Ed25519Handle
from core.crypto.handles import KeyHandle, SymmetricHandle
from core.crypto.hmac_handle import HmacHandle
from core.crypto.key_specs import KeySpec, KeyUsage
from core.crypto.material import KeyMaterial
from core.crypto.ml_dsa_handle import MlDsaHandle
from core.crypto.ml_kem_handle import MlKemHandle
from core.crypto.rsa_handles import RsaEncryptionHandle, RsaSigningHandle

_Make = Callable[[KeyMaterial, str, KeySpec], KeyHandle]
_RSA: Mapping[KeyUsage, _Make] = {
    KeyUsage.ENCRYPT_DECRYPT: RsaEncryptionHandle,
    KeyUsage.SIGN_VERIFY: RsaSigningHandle,
}
_NIST_CURVE: Mapping[KeyUsage, _Make] = {KeyUsage.SIGN_VERIFY: EcdsaHandle, KeyUsage.KEY_AGREEMENT: EcdhHandle}
_HMAC: Mapping[KeyUsage, _Make] = {KeyUsage.GENERATE_VERIFY_MAC: HmacHandle}
_ML_DSA: Mapping[KeyUsage, _Make] = {KeyUsage.SIGN_VERIFY: MlDsaHandle}
_ML_KEM: Mapping[KeyUsage, _Make] = {KeyUsage.ENCAPSULATE_DECAPSULATE: MlKemHandle}

HANDLES: Mapping[KeySpec, Mapping[KeyUsage, _Make]] = MappingProxyType(
    {
        KeySpec.HMAC_224: _HMAC,
        KeySpec.HMAC_256: _HMAC,
        KeySpec.HMAC_384: _HMAC,
        KeySpec.HMAC_512: _HMAC,
        KeySpec.RSA_2048: _RSA,
        KeySpec.RSA_3072: _RSA,
        KeySpec.RSA_4096: _RSA,
        KeySpec.ECC_NIST_P256: _NIST_CURVE,
        KeySpec.ECC_NIST_P384: _NIST_CURVE,
        KeySpec.ECC_NIST_P521: _NIST_CURVE,
        KeySpec.ECC_SECG_P256K1: {KeyUsage.SIGN_VERIFY: EcdsaHandle},
        KeySpec.ECC_NIST_EDWARDS25519: {KeyUsage.SIGN_VERIFY: Ed25519Handle},
        KeySpec.ML_DSA_44: _ML_DSA,
        KeySpec.ML_DSA_65: _ML_DSA,
        KeySpec.ML_DSA_87: _ML_DSA,
        KeySpec.ML_KEM_512: _ML_KEM,
        KeySpec.ML_KEM_768: _ML_KEM,
        KeySpec.ML_KEM_1024: _ML_KEM,
    }
)


def open_handle(material: KeyMaterial, *, spec: KeySpec, usage: KeyUsage, account_id: str, key_id: str) -> KeyHandle:
    """Return the handle of a key's material.

    Only a symmetric encryption key binds its ciphertexts to account and key; the others' results are of public form.
    """
    if spec is KeySpec.SYMMETRIC_DEFAULT:
        return SymmetricHandle(material, account_id, key_id)
    return HANDLES[spec][usage](material, key_id, spec)
