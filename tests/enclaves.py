"""A pretend Nitro enclave: its chain of certificates, its documents, and the private key that opens what it is sent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

NOW = datetime.now(UTC)
MODULE = "i-0123456789abcdef0-enc0123456789abcdef"


def certificate(
    name: str, key: Any, issuer: str, issuer_key: Any, *, authority: bool, life: timedelta = timedelta(hours=3)
) -> x509.Certificate:
    names = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, each)]) for each in (name, issuer)]
    return (
        x509.CertificateBuilder()
        .subject_name(names[0])
        .issuer_name(names[1])
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + life)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA384())
    )


class Enclave:
    """Makes documents; every part can be made wrong."""

    def __init__(self, *, life: timedelta = timedelta(hours=3), authority: bool = True) -> None:
        root, between, self.module = (ec.generate_private_key(ec.SECP384R1()) for _ in range(3))
        self.answer_key = rsa.generate_private_key(65537, 2048)
        self.root = certificate("root", root, "root", root, authority=True, life=timedelta(days=9000))
        middle = certificate("between", between, "root", root, authority=authority, life=timedelta(days=20))
        leaf = certificate("module", self.module, "between", between, authority=False, life=life)
        self.bundle = [each.public_bytes(Encoding.DER) for each in (self.root, middle)]
        self.leaf = leaf.public_bytes(Encoding.DER)

    @property
    def root_pem(self) -> bytes:
        return self.root.public_bytes(Encoding.PEM)

    @property
    def private_key(self) -> bytes:
        return self.answer_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    def document(self, *, tagged: bool = False, algorithm: int = -35, signer: Any = None, **claims: Any) -> bytes:
        """Return a document; claims replace those of its payload, None takes one out."""
        public = self.answer_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        payload = {
            "module_id": MODULE,
            "digest": "SHA384",
            "timestamp": int(NOW.timestamp() * 1000),
            "pcrs": {index: bytes([index]) * 48 for index in range(3)},
            "certificate": self.leaf,
            "cabundle": self.bundle,
            "public_key": public,
            "user_data": None,
            "nonce": None,
            **claims,
        }
        protected = cbor2.dumps({1: algorithm})
        encoded = cbor2.dumps({name: value for name, value in payload.items() if value is not None})
        signed = cbor2.dumps(["Signature1", protected, b"", encoded])
        der = (signer or self.module).sign(signed, ec.ECDSA(hashes.SHA384()))
        signature = b"".join(number.to_bytes(48, "big") for number in decode_dss_signature(der))
        parts = [protected, {}, encoded, signature]
        return cbor2.dumps(cbor2.CBORTag(18, parts) if tagged else parts)
