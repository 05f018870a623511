"""Material from outside: what a key of a spec accepts, in the one form in which it is kept.

Source: kms-semantics 4.10; the Developer Guide, "Requirements for imported key material". A private key is written
anew, so that every encoding of the same key gives the same key material id.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from core.crypto.ber import to_der
from core.crypto.key_specs import KeySpec
from core.crypto.material import KeyMaterial
from core.errors import InvalidCiphertextException

# Source: kms-semantics 8: AWS documents no upper bound.
LONGEST_HMAC_BYTES = 128

_SECRET_BYTES: Mapping[KeySpec, range] = MappingProxyType(
    {
        KeySpec.SYMMETRIC_DEFAULT: range(32, 33),
        KeySpec.HMAC_224: range(28, LONGEST_HMAC_BYTES + 1),
        KeySpec.HMAC_256: range(32, LONGEST_HMAC_BYTES + 1),
        KeySpec.HMAC_384: range(48, LONGEST_HMAC_BYTES + 1),
        KeySpec.HMAC_512: range(64, LONGEST_HMAC_BYTES + 1),
    }
)


def _rsa(modulus_bits: int) -> Callable[[Any], bool]:
    return lambda private: isinstance(private, rsa.RSAPrivateKey) and private.key_size == modulus_bits


def _curve(curve: ec.EllipticCurve) -> Callable[[Any], bool]:
    return lambda private: isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name == curve.name


_FITS: Mapping[KeySpec, Callable[[Any], bool]] = MappingProxyType(
    {
        KeySpec.RSA_2048: _rsa(2048),
        KeySpec.RSA_3072: _rsa(3072),
        KeySpec.RSA_4096: _rsa(4096),
        KeySpec.ECC_NIST_P256: _curve(ec.SECP256R1()),
        KeySpec.ECC_NIST_P384: _curve(ec.SECP384R1()),
        KeySpec.ECC_NIST_P521: _curve(ec.SECP521R1()),
        KeySpec.ECC_SECG_P256K1: _curve(ec.SECP256K1()),
        KeySpec.ECC_NIST_EDWARDS25519: lambda private: isinstance(private, ed25519.Ed25519PrivateKey),
    }
)


def material_from_outside(spec: KeySpec, unwrapped: bytes) -> KeyMaterial:
    """Return imported material; raises InvalidCiphertextException unless a key of this spec can be made of it.

    A private key, PKCS #8 in BER or DER, is validated here, once (an RSA key takes 30 to 200 ms); later it is trusted,
    being sealed.
    """
    lengths = _SECRET_BYTES.get(spec)
    if lengths is not None:
        if len(unwrapped) not in lengths:
            raise InvalidCiphertextException()
        return KeyMaterial(unwrapped)
    try:
        private: Any = load_der_private_key(to_der(unwrapped), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise InvalidCiphertextException() from None
    if not _FITS[spec](private):
        raise InvalidCiphertextException()
    return KeyMaterial(private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
