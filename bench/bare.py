#!/usr/bin/env python3
"""The bare cryptography of an operation, as fast as one core does it: the limit of what a service can answer.

bare.py OPERATION SECONDS     prints one JSON object: operations, and their processor time in us

Source of the fractions wanted: performance.md, section 4.
"""

import hmac
import json
import os
import sys
import time
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

DER, SPKI = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo


def _ecdsa(curve: ec.EllipticCurve, algorithm: hashes.HashAlgorithm, verify: bool) -> Callable[[], object]:
    key, digest, scheme = (
        ec.generate_private_key(curve),
        os.urandom(algorithm.digest_size),
        ec.ECDSA(utils.Prehashed(algorithm)),
    )
    signature, public = key.sign(digest, scheme), key.public_key()
    if verify:
        return lambda: public.verify(signature, digest, scheme)
    return lambda: key.sign(digest, scheme)


def _rsa(bits: int, verify: bool) -> Callable[[], object]:
    key, digest = rsa.generate_private_key(65537, bits), os.urandom(32)
    scheme = padding.PKCS1v15(), utils.Prehashed(hashes.SHA256())
    signature, public = key.sign(digest, *scheme), key.public_key()
    if verify:
        return lambda: public.verify(signature, digest, *scheme)
    return lambda: key.sign(digest, *scheme)


def _data_key() -> Callable[[], object]:
    sealing = AESGCM(os.urandom(32))
    return lambda: sealing.encrypt(os.urandom(12), os.urandom(32), b"")


def _data_key_pair() -> Callable[[], object]:
    sealing = AESGCM(os.urandom(32))

    def make() -> bytes:
        key = ec.generate_private_key(ec.SECP256R1())
        key.public_key().public_bytes(DER, SPKI)
        private = key.private_bytes(DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return sealing.encrypt(os.urandom(12), private, b"")

    return make


def _mac() -> Callable[[], object]:
    key, message = os.urandom(32), os.urandom(32)
    return lambda: hmac.digest(key, message, "sha256")


OPERATIONS: dict[str, Callable[[], Callable[[], object]]] = {
    "Sign-P256": lambda: _ecdsa(ec.SECP256R1(), hashes.SHA256(), verify=False),
    "Sign-P384": lambda: _ecdsa(ec.SECP384R1(), hashes.SHA384(), verify=False),
    "Sign-RSA2048": lambda: _rsa(2048, verify=False),
    "Sign-RSA4096": lambda: _rsa(4096, verify=False),
    "Verify-P256": lambda: _ecdsa(ec.SECP256R1(), hashes.SHA256(), verify=True),
    "Verify-RSA2048": lambda: _rsa(2048, verify=True),
    "GenerateMac": _mac,
    "VerifyMac": _mac,
    "GenerateDataKey": _data_key,
    "GenerateDataKeyWithoutPlaintext": _data_key,
    "GenerateDataKeyPair-P256": _data_key_pair,
}
# The fractions of the bare limit that are wanted: (wish, bound). Source: performance.md, section 4; it sets no others.
WANTED = {
    "Sign-P256": (0.20, 0.15),
    "Sign-P384": (0.75, 0.60),
    "Sign-RSA2048": (0.85, 0.75),
    "Sign-RSA4096": (0.95, 0.90),
}


def main() -> None:
    once, seconds = OPERATIONS[sys.argv[1]](), float(sys.argv[2])
    done, began, used = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        for _ in range(10):
            once()
        done += 10
    print(json.dumps({"operations": done, "cpu_us": (time.process_time() - used) * 1e6 / done}))


if __name__ == "__main__":
    main()
