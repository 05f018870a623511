"""``Recipient``: answers that only an attested enclave can read. Off until the installation trusts a root certificate.

Source: API Reference, RecipientInfo; kms-semantics 4.17 and 5.2. Texts of refusals are this service's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509
from django.conf import settings

from core.calls import Call
from core.crypto.attestation import Attestation, AttestationError, verify_attestation
from core.crypto.enveloped_data import envelop
from core.errors import UnsupportedOperationException, ValidationException
from core.messages import RecipientInfo

_CONDITION_PREFIX = "kms:RecipientAttestation:"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom an answer is for; None in ``attestation``: the caller itself."""

    attestation: Attestation | None

    def answer(self, member: str, secret: bytes) -> dict[str, object]:
        """Return the member with the secret, or the secret as only the enclave can read it."""
        if self.attestation is None:
            return {member: secret}
        return {"CiphertextForRecipient": envelop(secret, self.attestation.public_key)}

    def additional(self, data: Mapping[str, object] | None = None) -> Mapping[str, object] | None:
        """Return additionalEventData of the audit record, with the enclave that the answer is for."""
        if self.attestation is None:
            return data
        enclave = {
            "attestationDocumentModuleId": self.attestation.module_id,
            "attestationDocumentEnclaveImageDigest": self.attestation.image_digest,
        }
        return {**(data or {}), "recipient": enclave}


def recipient_of(call: Call, asked: RecipientInfo | None) -> Recipient:
    """Return whom the answer is for.

    Raises UnsupportedOperationException if this installation trusts no root, ValidationException for a document that is
    malformed or not trusted: answering in clear instead would leak the secret.
    """
    if asked is None:
        return Recipient(None)
    if not settings.KMS_ATTESTATION_ROOT:
        raise UnsupportedOperationException("Recipient is not available in this installation.")
    if asked.attestation_document is None or asked.key_encryption_algorithm is None:
        raise ValidationException("Recipient needs both KeyEncryptionAlgorithm and AttestationDocument.")
    # Certificates live for hours: they are checked by the machine's time, not by an account's clock.
    now = call.time - timedelta(seconds=call.caller.clock_offset_seconds)
    try:
        found = verify_attestation(asked.attestation_document, _root(settings.KMS_ATTESTATION_ROOT), now)
    except AttestationError as error:
        raise ValidationException(str(error)) from None
    return Recipient(found)


def condition_keys(call: Call, request: Any) -> dict[str, str]:
    """Return the condition keys of a request's attestation; none without one, or if it is not valid."""
    asked = getattr(request, "recipient", None)
    if asked is None:
        return {}
    try:
        attestation = recipient_of(call, asked).attestation
    except (ValidationException, UnsupportedOperationException):
        return {}
    assert attestation is not None
    found = {f"{_CONDITION_PREFIX}PCR{index}": value for index, value in attestation.pcrs.items()}
    found |= {f"{_CONDITION_PREFIX}NitroTPMPCR{index}": value for index, value in attestation.tpm_pcrs.items()}
    return found | ({f"{_CONDITION_PREFIX}ImageSha384": attestation.image_digest} if attestation.image_digest else {})


@lru_cache(maxsize=4)
def _root(path: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(Path(path).read_bytes())
