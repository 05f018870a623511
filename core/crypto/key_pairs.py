"""Generating and encoding private keys: one row per spec.

At rest a private key is PKCS #8, DER, unencrypted (it is sealed as a whole). Data key pairs are handed out in that form
too; those on a named curve say the curve beside the key once more (RFC 5915, parameters), as AWS writes them:
kms-semantics 4.17. RSA keys have the public exponent 65537. Measured on one core: RSA-2048 35 ms, RSA-4096 400 ms,
all others under 1 ms (ML-KEM-512, in Python, 3 ms); the library gives other threads their turn meanwhile.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, mlkem, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from core.crypto.ber import OCTET_STRING, SEQUENCE, write
from core.crypto.key_specs import KEY_SPECS, KeySpec
from core.crypto.material import KeyMaterial, generate_material
from core.crypto.ml_kem_512 import MlKem512PrivateKey

_VERSION = b"\x02\x01\x00"
_ALGORITHM_AT = 6  # behind the start of the whole key on a named curve, 30 81 nn, and its version


def _rsa(modulus_bits: int) -> Callable[[], rsa.RSAPrivateKey]:
    return partial(rsa.generate_private_key, 65537, modulus_bits)


GENERATE: Mapping[KeySpec, Callable[[], Any]] = MappingProxyType(
    {
        KeySpec.RSA_2048: _rsa(2048),
        KeySpec.RSA_3072: _rsa(3072),
        KeySpec.RSA_4096: _rsa(4096),
        KeySpec.ECC_NIST_P256: partial(ec.generate_private_key, ec.SECP256R1()),
        KeySpec.ECC_NIST_P384: partial(ec.generate_private_key, ec.SECP384R1()),
        KeySpec.ECC_NIST_P521: partial(ec.generate_private_key, ec.SECP521R1()),
        KeySpec.ECC_SECG_P256K1: partial(ec.generate_private_key, ec.SECP256K1()),
        KeySpec.ECC_NIST_EDWARDS25519: ed25519.Ed25519PrivateKey.generate,
        KeySpec.ML_DSA_44: mldsa.MLDSA44PrivateKey.generate,
        KeySpec.ML_DSA_65: mldsa.MLDSA65PrivateKey.generate,
        KeySpec.ML_DSA_87: mldsa.MLDSA87PrivateKey.generate,
        KeySpec.ML_KEM_512: MlKem512PrivateKey.generate,
        KeySpec.ML_KEM_768: mlkem.MLKEM768PrivateKey.generate,
        KeySpec.ML_KEM_1024: mlkem.MLKEM1024PrivateKey.generate,
    }
)


def generate_for(spec: KeySpec) -> KeyMaterial:
    """Draw material for a KMS key of a spec: random bytes, or a private key."""
    material_bytes = KEY_SPECS[spec].material_bytes
    if material_bytes is not None:
        return generate_material(material_bytes)
    return KeyMaterial(_encoded(GENERATE[spec]()))


def generate_key_pair(spec: KeySpec) -> tuple[bytes, bytes]:
    """Return a new data key pair: the private key as PKCS #8, the public one as SubjectPublicKeyInfo, both DER."""
    private = GENERATE[spec]()
    return _handed_out(private), private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def load_private_key(material: KeyMaterial, spec: KeySpec) -> Any:
    """Return the library's object of a private key that this service has sealed itself.

    RSA keys are not validated again: the seal authenticates them, and validation costs 30 to 200 ms. Material from
    outside is validated where it is imported.
    """
    if spec is KeySpec.ML_KEM_512:
        return MlKem512PrivateKey.from_der(material.reveal())
    return load_der_private_key(material.reveal(), None, unsafe_skip_rsa_key_validation=True)


def _encoded(private: Any) -> bytes:
    encoded: bytes = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return encoded


def _handed_out(private: Any) -> bytes:
    encoded = _encoded(private)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        return encoded
    algorithm = encoded[_ALGORITHM_AT : _ALGORITHM_AT + 2 + encoded[_ALGORITHM_AT + 1]]
    named = private.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return write(SEQUENCE, [_VERSION, algorithm, write(OCTET_STRING, [named])])
