"""The answer to a check."""

from enum import StrEnum

import msgspec

from core.policy.statements import StatementRef


class DenyKind(StrEnum):
    """Why a request is denied: which layer denies, or which lacks an Allow."""

    EXPLICIT_IDENTITY = "explicit_identity"
    EXPLICIT_BOUNDARY = "explicit_boundary"
    EXPLICIT_SESSION = "explicit_session"
    EXPLICIT_RESOURCE = "explicit_resource"
    IMPLICIT_IDENTITY = "implicit_identity"
    IMPLICIT_BOUNDARY = "implicit_boundary"
    IMPLICIT_SESSION = "implicit_session"
    IMPLICIT_RESOURCE = "implicit_resource"
    CROSS_ACCOUNT_UNSUPPORTED = "cross_account_unsupported"
    IMPLICIT_RETIRE = "implicit_retire"
    POLICY_LOCKOUT = "policy_lockout"


class Decision(msgspec.Struct, frozen=True):
    """``determining``: the denying statements, or the Allows that together permit; empty where an Allow is missing.
    ``errors``: statements with values that could not be read and therefore match nothing."""

    allowed: bool
    kind: DenyKind | None
    determining: tuple[StatementRef, ...] = ()
    errors: tuple[StatementRef, ...] = ()
