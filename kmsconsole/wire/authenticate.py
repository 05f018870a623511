"""The API door's authentication: whose signature is it, and is it right? Source: kms-semantics 1.4."""

from collections.abc import Mapping
from functools import lru_cache

import msgspec
from django.conf import settings

from core.errors import InvalidSignatureException, KmsError, UnrecognizedClientException
from core.sigv4 import Signature, derive_signing_key, read_signature, verify
from operations.clock import machine_time
from operations.pipeline import GLOBAL_REGION, GLOBAL_SERVICES
from operations.snapshots import CredentialSnapshot, find_credential


class SignedRequest(msgspec.Struct, frozen=True, gc=False):
    """The parts of an HTTP request that a signature covers; ``path`` and ``query`` still percent-encoded."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"SignedRequest({self.method} {self.path})"


class KnownCallerError(Exception):
    """A refusal although the access key is known: it leaves an audit record in that account."""

    def __init__(self, refusal: KmsError, credential: CredentialSnapshot, region: str) -> None:
        self.refusal = refusal
        self.credential = credential
        self.region = region
        super().__init__(refusal.code)


# One key per access key, day, Region and service; INVARIANT: a secret never changes for an access key id.
_signing_key = lru_cache(maxsize=4096)(derive_signing_key)


def authenticate(request: SignedRequest, services: tuple[str, ...]) -> tuple[CredentialSnapshot, Signature]:
    """Return the credential that signed a request, and its signature; raises the refusal that AWS gives."""
    signature = read_signature(request.headers, request.query)
    credential = find_credential(signature.access_key_id)
    # No temporary credentials exist yet, so a session token never belongs to an access key.
    if credential is None or "x-amz-security-token" in request.headers or signature.security_token:
        raise UnrecognizedClientException()
    scope = signature.scope
    try:
        _check_scope(scope.region, scope.service, services)
        verify(
            signature,
            _signing_key(credential.secret, scope.date, scope.region, scope.service),
            method=request.method,
            path=request.path,
            query=request.query,
            headers=request.headers,
            body=request.body,
            now=machine_time().timestamp(),
        )
    except KmsError as refusal:
        region = scope.region if scope.region in settings.KMS_REGIONS else settings.KMS_DEFAULT_REGION
        raise KnownCallerError(refusal, credential, region) from None
    return credential, signature


def _check_scope(region: str, service: str, services: tuple[str, ...]) -> None:
    """Raise InvalidSignatureException unless the credential is scoped to an offered Region and the service called."""
    text = ""
    is_global = services[0] in GLOBAL_SERVICES and region == GLOBAL_REGION
    if region not in settings.KMS_REGIONS and not is_global:
        text += "Credential should be scoped to a valid region. "
    if service not in services:
        text += f"Credential should be scoped to correct service: '{services[0]}'. "
    if text:
        raise InvalidSignatureException(text)
