"""Attestation documents of Nitro enclaves: COSE_Sign1 (RFC 9052) over CBOR, signed with ES384 by a certificate chain.

Source: AWS Nitro Enclaves User Guide, "Verifying the root of trust": the chain begins at AWS's root certificate, each
certificate is valid at the time of the check, and the last one, of the module, signs the document.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import cbor2
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

_ES384 = -35
_ALGORITHM_HEADER = 1
_COSE_SIGN1_TAG = 18
_SIGNATURE_BYTES = 96
_MOST_CERTIFICATES = 10
_PCR_BYTES = (32, 48, 64)
_SMALLEST_MODULUS_BITS = 2048


class AttestationError(Exception):
    """The document is malformed, or nobody trusted signed it. The text says which, and holds no secret."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """What a verified document says: who asks, the measurements of what runs there, and the key to answer to."""

    module_id: str
    pcrs: Mapping[int, str]  # lower-case hex
    tpm_pcrs: Mapping[int, str]
    public_key: rsa.RSAPublicKey

    @property
    def image_digest(self) -> str:
        """PCR0: SHA-384 of the enclave's image, in lower-case hex; "" without it."""
        return self.pcrs.get(0, "")


def verify_attestation(document: bytes, root: x509.Certificate, now: datetime) -> Attestation:
    """Return what a document attests; raises :class:`AttestationError`. ``now`` is the real time, not an account's."""
    protected, payload, signature = _parts(document)
    try:
        claims: Any = cbor2.loads(payload)
    except Exception as error:
        # cbor2 lets errors of many kinds through for hostile bytes; every one of them means the same.
        raise AttestationError("The attestation document's payload is not CBOR.") from error
    if not isinstance(claims, dict) or claims.get("digest") != "SHA384":
        raise AttestationError("The attestation document's payload has another form.")
    leaf = _verified_chain(claims, root, now)
    _verify_signature(leaf, protected, payload, signature)
    return _attestation(claims)


def _parts(document: bytes) -> tuple[bytes, bytes, bytes]:
    try:
        read: Any = cbor2.loads(document)
    except Exception as error:
        raise AttestationError("The attestation document is not CBOR.") from error
    if isinstance(read, cbor2.CBORTag) and read.tag == _COSE_SIGN1_TAG:
        read = read.value
    if not isinstance(read, list | tuple) or len(read) != 4:
        raise AttestationError("The attestation document is not a COSE_Sign1 structure.")
    protected, _, payload, signature = read
    if not all(isinstance(part, bytes) for part in (protected, payload, signature)):
        raise AttestationError("The attestation document is not a COSE_Sign1 structure.")
    try:
        headers: Any = cbor2.loads(protected)
    except Exception as error:
        raise AttestationError("The attestation document's header is not CBOR.") from error
    if not isinstance(headers, dict) or headers.get(_ALGORITHM_HEADER) != _ES384:
        raise AttestationError("The attestation document is not signed with ES384.")
    return protected, payload, signature


def _verified_chain(claims: Mapping[str, Any], root: x509.Certificate, now: datetime) -> x509.Certificate:
    """Return the module's certificate, once every certificate leads to the next, from the root on."""
    bundle, leaf = claims.get("cabundle"), claims.get("certificate")
    if not isinstance(bundle, list | tuple) or not 1 <= len(bundle) <= _MOST_CERTIFICATES:
        raise AttestationError("The attestation document has no certificate chain.")
    try:
        chain = [x509.load_der_x509_certificate(each) for each in (*bundle, leaf)]
    except (ValueError, TypeError) as error:
        raise AttestationError("The attestation document has a malformed certificate.") from error
    if chain[0].fingerprint(hashes.SHA256()) != root.fingerprint(hashes.SHA256()):
        raise AttestationError("The attestation document's chain does not begin at the trusted root certificate.")
    _check_chain(chain, now)
    return chain[-1]


def _check_chain(chain: Sequence[x509.Certificate], now: datetime) -> None:
    for issuer, certificate in pairwise(chain):
        try:
            constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
            certificate.verify_directly_issued_by(issuer)
        except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature) as error:
            raise AttestationError("The attestation document's certificates do not lead to one another.") from error
        if not constraints.ca:
            raise AttestationError("The attestation document's chain has an issuer that is no authority.")
    if not all(each.not_valid_before_utc <= now <= each.not_valid_after_utc for each in chain):
        raise AttestationError("A certificate of the attestation document is not valid now.")


def _verify_signature(leaf: x509.Certificate, protected: bytes, payload: bytes, signature: bytes) -> None:
    public = leaf.public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP384R1):
        raise AttestationError("The attestation document's certificate has another kind of key.")
    if len(signature) != _SIGNATURE_BYTES:
        raise AttestationError("The attestation document's signature has another length.")
    half = _SIGNATURE_BYTES // 2
    r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    try:
        public.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA384()))
    except InvalidSignature as error:
        raise AttestationError("The attestation document's signature is not valid.") from error


def _attestation(claims: Mapping[str, Any]) -> Attestation:
    module_id, encoded = claims.get("module_id"), claims.get("public_key")
    if not isinstance(module_id, str):
        raise AttestationError("The attestation document names no module.")
    if not isinstance(encoded, bytes):
        raise AttestationError("The attestation document has no public key.")
    try:
        public = load_der_public_key(encoded)
    except ValueError as error:
        raise AttestationError("The attestation document's public key is malformed.") from error
    if not isinstance(public, rsa.RSAPublicKey) or public.key_size < _SMALLEST_MODULUS_BITS:
        raise AttestationError("The attestation document's public key is not an RSA key of 2,048 bits or more.")
    return Attestation(module_id, _measurements(claims.get("pcrs")), _measurements(claims.get("nitrotpm_pcrs")), public)


def _measurements(values: Any) -> dict[int, str]:
    if values is None:
        return {}
    if not isinstance(values, dict) or not all(
        isinstance(index, int) and isinstance(value, bytes) and len(value) in _PCR_BYTES
        for index, value in values.items()
    ):
        raise AttestationError("The attestation document has malformed measurements.")
    return {index: value.hex() for index, value in values.items()}
