"""Every refusal the service can give, one class per AWS error code.

The class name is the wire code. ``template`` is AWS's sentence with named facts, used when a raise gives no text of its
own; codes for which AWS sends several sentences are raised with the sentence. ``message`` is ``None`` where AWS sends
none. Source: API Reference, "Common errors" and the service model; texts: kms-semantics, catalogue of error messages.
"""

from typing import Any, ClassVar


class KmsError(Exception):
    """A refusal. ``status`` is the HTTP status: 400 unless the service model marks the error as a fault."""

    status: ClassVar[int] = 400
    template: ClassVar[str | None] = None
    message_member: ClassVar[str] = "message"

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        if message is None and self.template is not None:
            message = self.template.format(**facts)
        self.message = message
        self.facts = facts
        super().__init__(message or type(self).__name__)

    @property
    def code(self) -> str:
        """The error code as on the wire."""
        return type(self).__name__

    @property
    def audit_code(self) -> str:
        """The error code as in the audit record; CloudTrail shortens one of them."""
        return self.code


# --- before the operation ---------------------------------------------------------------------------------------------
class MissingAuthenticationTokenException(KmsError):
    template = "Missing Authentication Token"


class IncompleteSignatureException(KmsError):
    """Raised with one sentence per missing part of the Authorization header."""


class UnrecognizedClientException(KmsError):
    template = "The security token included in the request is invalid."


class InvalidSignatureException(KmsError):
    template = (
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details."
    )


class ExpiredTokenException(KmsError):
    template = "The security token included in the request is expired"


class UnknownOperationException(KmsError):
    """No message, as on AWS."""


class SerializationException(KmsError):
    """The body is not JSON, or a member has the wrong JSON type. A text is optional."""


class ValidationException(KmsError):
    """A constraint of the service model, or a rule with a sentence of its own."""


class ThrottlingException(KmsError):
    template = "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls."


class RequestEntityTooLargeException(KmsError):
    status = 413
    template = "Request body is larger than {limit_bytes} bytes."


class AccessDeniedException(KmsError):
    """The only KMS error whose text travels as ``Message``. ``facts['decision']`` carries the explanation."""

    message_member = "Message"

    @property
    def audit_code(self) -> str:
        return "AccessDenied"


# --- identifiers ------------------------------------------------------------------------------------------------------
class NotFoundException(KmsError):
    """Raised with one of AWS's sentences, see :mod:`operations.resolve`."""


class InvalidArnException(KmsError):
    template = "Key Aliases are not supported for this operation."


class InvalidMarkerException(KmsError):
    """No message."""


class AlreadyExistsException(KmsError):
    template = "An alias with the name {alias_arn} already exists"


class InvalidAliasNameException(KmsError):
    template = "{alias_name} is not a valid alias name."


class NotAuthorizedException(KmsError):
    """No message: creating, changing or deleting an alias of AWS's own."""


# --- creation, policy, tags, quotas -----------------------------------------------------------------------------------
class LimitExceededException(KmsError):
    """Raised with the sentence of the quota."""


class MalformedPolicyDocumentException(KmsError):
    """Raised with the sentence of the fault."""


class UnsupportedOperationException(KmsError):
    """Raised with a sentence, or without one where AWS sends none."""


class TagException(KmsError):
    """Raised with the sentence of the rule."""


class ConflictException(KmsError):
    """Raised with the sentence of the rule."""


# --- state and usage --------------------------------------------------------------------------------------------------
class DisabledException(KmsError):
    template = "{key_arn} is disabled."


class KMSInvalidStateException(KmsError):
    template = "{key_arn} is {state}."


class InvalidKeyUsageException(KmsError):
    template = "{key_arn} key usage is {usage} which is not valid for {operation}."


class KeyUnavailableException(KmsError):
    status = 500
    template = "The KMS key is temporarily unavailable. Retry the request."


# --- cryptography -----------------------------------------------------------------------------------------------------
class InvalidCiphertextException(KmsError):
    """No message."""


class IncorrectKeyException(KmsError):
    template = "The key ID in the request does not identify a CMK that can perform this operation."


class KMSInvalidSignatureException(KmsError):
    """No message."""


class KMSInvalidMacException(KmsError):
    """No message."""


class DryRunOperationException(KmsError):
    template = "The request would have succeeded, but the DryRun option is set."


# --- imported key material --------------------------------------------------------------------------------------------
class InvalidImportTokenException(KmsError):
    """No message."""


class ExpiredImportTokenException(KmsError):
    """No message."""


class IncorrectKeyMaterialException(KmsError):
    template = "Imported key material does not have the expected identifier ({material_id})."


# --- the service itself -----------------------------------------------------------------------------------------------
class KMSInternalException(KmsError):
    status = 500
    template = "The service could not complete the request. Retry the request."


class DependencyTimeoutException(KmsError):
    status = 500
    template = "The service timed out while waiting for something that it depends on. Retry the request."


# --- the event history (CloudTrail) -----------------------------------------------------------------------------------
class InvalidLookupAttributesException(KmsError):
    template = "Specify one lookup attribute: one of {known}, with a value."


class InvalidTimeRangeException(KmsError):
    template = "The time range is not valid: the start time must not be after the end time."


class InvalidMaxResultsException(KmsError):
    template = "MaxResults must be between 1 and {most}."


class InvalidNextTokenException(KmsError):
    template = "The token is not one that this request's last answer gave."


class InvalidEventCategoryException(KmsError):
    template = "The event category {category} has no events here."


# --- account administration (IAM and STS speak the query protocol) ----------------------------------------------------
class IamError(KmsError):
    """A refusal of IAM or STS; ``wire_code`` is the code in the XML answer."""

    wire_code: ClassVar[str] = ""

    @property
    def code(self) -> str:
        return self.wire_code or type(self).__name__

    @property
    def audit_code(self) -> str:
        # CloudTrail writes IAM's errors with the names of their classes, refused permissions without.
        return self.code if isinstance(self, IamAccessDenied | IamValidationError) else f"{self.code}Exception"


class IamAccessDenied(IamError):
    status = 403
    wire_code = "AccessDenied"


class IamNoSuchEntity(IamError):
    status = 404
    wire_code = "NoSuchEntity"
    template = "The {kind} with name {name} cannot be found."


class IamEntityAlreadyExists(IamError):
    status = 409
    wire_code = "EntityAlreadyExists"
    template = "{kind} with name {name} already exists."


class IamDeleteConflict(IamError):
    status = 409
    wire_code = "DeleteConflict"


class IamLimitExceeded(IamError):
    status = 409
    wire_code = "LimitExceeded"


class IamMalformedPolicyDocument(IamError):
    wire_code = "MalformedPolicyDocument"


class IamValidationError(IamError):
    wire_code = "ValidationError"


class IamPasswordPolicyViolation(IamError):
    wire_code = "PasswordPolicyViolation"


class IamInvalidInput(IamError):
    """Raised with the sentence of what cannot be taken."""

    wire_code = "InvalidInput"


class IamInvalidUserType(IamError):
    wire_code = "InvalidUserType"
    template = "Only IAM Users can change their own password"


class IamPolicyNotAttachable(IamError):
    wire_code = "PolicyNotAttachable"
    template = "Cannot attach a Service Role Policy to a Customer Role."


class IamMalformedQueryString(IamError):
    """Raised with the sentence of what could not be read."""

    wire_code = "MalformedQueryString"


class IamMissingAction(IamError):
    wire_code = "MissingAction"
    template = "Could not find operation in request: the Action parameter is missing."


class IamInvalidAction(IamError):
    wire_code = "InvalidAction"
    template = "Could not find operation {action} for version {version}"


# --- grants -----------------------------------------------------------------------------------------------------------
class InvalidGrantTokenException(KmsError):
    template = "The grant token is not valid."


class InvalidGrantIdException(KmsError):
    template = "The grant ID is not valid."


# --- custom key stores ------------------------------------------------------------------------------------------------
class CustomKeyStoreNotFoundException(KmsError):
    template = "The custom key store {store} does not exist in this account and Region."
