"""Builds handles from private keys that tests know: what generation, at random, never gives."""

from math import lcm

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from core.crypto.algorithms import ALGORITHMS
from core.crypto.key_pairs import generate_for
from core.crypto.key_specs import KeySpec, KeyUsage
from core.crypto.material import KeyMaterial
from core.crypto.opening import open_handle

CURVES = {
    KeySpec.ECC_NIST_P256: ec.SECP256R1(),
    KeySpec.ECC_NIST_P384: ec.SECP384R1(),
    KeySpec.ECC_NIST_P521: ec.SECP521R1(),
    KeySpec.ECC_SECG_P256K1: ec.SECP256K1(),
}
SIGNING_PAIRS = [(spec, algorithm) for spec, row in ALGORITHMS[KeyUsage.SIGN_VERIFY].items() for algorithm in row]
SIGNING_PAIRS = [(spec, algorithm) for spec, algorithm in SIGNING_PAIRS if spec is not KeySpec.SM2]


def handle_of(private, spec, usage):
    """Return the handle of a private key of the library."""
    encoded = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return handle_of_bytes(encoded, spec, usage)


def handle_of_bytes(material: bytes, spec, usage):
    return open_handle(KeyMaterial(material), spec=KeySpec(spec), usage=usage, account_id="111122223333", key_id="key")


def new_handle(spec, usage):
    """Return the handle of fresh material."""
    return open_handle(generate_for(spec), spec=spec, usage=usage, account_id="111122223333", key_id="key")


def rsa_private_key(case):
    """Build an RSA key from the primes and the public exponent of a published case."""
    p, q, e = (int(case[name], 16) for name in ("p", "q", "e"))
    d = pow(e, -1, lcm(p - 1, q - 1))
    crt = (rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q))
    numbers = rsa.RSAPrivateNumbers(p, q, d, *crt, rsa.RSAPublicNumbers(e, p * q))
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def ec_private_key(spec, private_value: str):
    return ec.derive_private_key(int(private_value, 16), CURVES[KeySpec(spec)])
