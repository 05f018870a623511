"""The condition keys of one check, computed only when a condition asks.

Source: authorization 2.2, 5.1, 5.2. An unconditional statement never causes a value to be computed.
"""

from collections.abc import Callable, Mapping

from core.policy.actions import ACTIONS
from core.policy.condition_keys import KeySource, find_condition_key
from core.policy.conditions import ContextValue, RequestValue
from core.policy.facts import Check, KeyFacts, PrincipalFacts, Subject
from core.policy.principals import PrincipalKind

Values = tuple[RequestValue, ...]
_ENCRYPTION_CONTEXT = "kms:encryptioncontext:"


class Evaluation:
    """The facts of one check as conditions and variables see them."""

    __slots__ = ("_lowered", "check", "principal", "resource")

    def __init__(self, principal: PrincipalFacts, check: Check) -> None:
        self.principal = principal
        self.check = check
        self.resource = check.resource
        self._lowered: dict[str, Values] | None = None

    def values(self, key: str) -> Values | None:
        """All values of a key given in lower case; ``None`` if it is absent. No key has an empty list of values."""
        derive = _CALLER_KEYS.get(key)
        if derive is not None:
            return _as_values(derive(self.principal))
        if key.startswith("aws:principaltag/"):
            return _as_values(self.principal.lowered_tags.get(key[17:]))
        facts = self.check.key
        if facts is not None:
            derive_from_key = _KEY_KEYS.get(key)
            if derive_from_key is not None:
                return _as_values(derive_from_key(facts))
            if key.startswith("aws:resourcetag/"):
                wanted = key[16:]
                return _as_values(next((v for k, v in facts.tags.items() if k.lower() == wanted), None))
        if key == "kms:calleraccount":
            return self._caller_account()
        if key == "aws:requestedregion" and self.check.region:
            return (self.check.region,)
        if self.check.subject is Subject.ALIAS and key.startswith("kms:"):
            # No condition key of KMS applies to the alias half of an operation.
            return None
        if self._lowered is None:
            self._lowered = _lower_context(self.check.context)
        return self._lowered.get(key)

    def single(self, key: str) -> str | None:
        """The value of a key as a policy variable; ``None`` for absent, multi-valued and binary keys."""
        values = self.values(key)
        if values is None or len(values) != 1 or self._is_multivalued(key):
            return None
        value = values[0]
        return value if isinstance(value, str) else None

    def encryption_context(self) -> dict[str, str]:
        """The pairs of the request, in their own letter case."""
        start = len(_ENCRYPTION_CONTEXT)
        return {
            key[start:]: value
            for key, value in self.check.context.items()
            if isinstance(value, str) and key[:start].lower() == _ENCRYPTION_CONTEXT
        }

    def derived(self) -> dict[str, tuple[ContextValue, str]]:
        """Every key that follows from the caller and the key, with its source; for explanations."""
        found: dict[str, tuple[ContextValue, str]] = {}
        if self.check.region:
            found["aws:RequestedRegion"] = (self.check.region, "environment")
        for name in DERIVED_NAMES:
            values = self.values(name.lower())
            if values is not None and name not in self.check.context:
                source = "caller" if name.lower() in _CALLER_KEYS or name == "kms:CallerAccount" else "key"
                multiple = name in _MULTIVALUED_NAMES
                texts = tuple(str(value) for value in values)
                found[name] = (texts if multiple else texts[0], source)
        found.update({f"aws:PrincipalTag/{tag}": (value, "caller") for tag, value in self.principal.tags.items()})
        if self.check.key is not None:
            found.update({f"aws:ResourceTag/{tag}": (value, "key") for tag, value in self.check.key.tags.items()})
        return found

    def source_of(self, key: str) -> KeySource:
        """Who supplied a key of the context; a property of a key about to be made comes from the request."""
        known = find_condition_key(key)
        if known is None or known.source is KeySource.ENVIRONMENT:
            return KeySource.ENVIRONMENT
        return KeySource.REQUEST

    def _caller_account(self) -> Values | None:
        action = ACTIONS.get(self.check.action)
        if action is None or not action.caller_account or self.check.subject is Subject.ALIAS:
            return None
        return _as_values(self.principal.account_id or None)

    def _is_multivalued(self, key: str) -> bool:
        if key in _MULTIVALUED:
            return True
        return any(isinstance(v, tuple) for k, v in self.check.context.items() if k.lower() == key)


def _as_values(value: ContextValue | None) -> Values | None:
    if value is None:
        return None
    if isinstance(value, tuple):
        return value or None
    return (value,)


def _lower_context(context: Mapping[str, ContextValue]) -> dict[str, Values]:
    """The context by lower-case name. Names that differ in letter case only, as pairs of an encryption context may,
    become one key with several values."""
    lowered: dict[str, Values] = {}
    for name, value in context.items():
        values = value if isinstance(value, tuple) else (value,)
        if values:
            key = name.lower()
            lowered[key] = lowered[key] + values if key in lowered else values
    return lowered


def _is_service(principal: PrincipalFacts) -> bool:
    return principal.kind is PrincipalKind.SERVICE


_PRINCIPAL_TYPES = {
    PrincipalKind.ROOT: "Account",
    PrincipalKind.USER: "User",
    PrincipalKind.ROLE_SESSION: "AssumedRole",
    PrincipalKind.FEDERATED: "FederatedUser",
}

_CALLER_KEYS: dict[str, Callable[[PrincipalFacts], ContextValue | None]] = {
    "aws:principalarn": lambda p: None if _is_service(p) else p.principal_arn,
    "aws:principalaccount": lambda p: None if _is_service(p) else p.account_id,
    "aws:principaltype": lambda p: _PRINCIPAL_TYPES.get(p.kind),
    "aws:userid": lambda p: None if _is_service(p) else p.unique_id,
    "aws:username": lambda p: p.name if p.kind is PrincipalKind.USER else None,
    "aws:principalisawsservice": lambda p: "true" if _is_service(p) else "false",
    "aws:principalservicename": lambda p: p.name if _is_service(p) else None,
    "aws:principalservicenameslist": lambda p: (p.name,) if _is_service(p) else None,
}

_KEY_KEYS: dict[str, Callable[[KeyFacts], ContextValue | None]] = {
    "kms:keyspec": lambda k: k.spec,
    "kms:keyusage": lambda k: k.usage,
    "kms:keyorigin": lambda k: k.origin,
    "kms:customermasterkeyspec": lambda k: k.spec,
    "kms:customermasterkeyusage": lambda k: k.usage,
    "kms:multiregion": lambda k: "true" if k.multi_region else "false",
    "kms:multiregionkeytype": lambda k: k.multi_region_key_type,
    "kms:resourcealiases": lambda k: None if k.aliases_over_quota else k.aliases,
    "aws:resourceaccount": lambda k: k.account_id,
}

DERIVED_NAMES = (
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:PrincipalType",
    "aws:userid",
    "aws:username",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "kms:CallerAccount",
    "kms:KeySpec",
    "kms:KeyUsage",
    "kms:KeyOrigin",
    "kms:MultiRegion",
    "kms:MultiRegionKeyType",
    "kms:ResourceAliases",
    "aws:ResourceAccount",
)
_MULTIVALUED = frozenset(
    {
        "aws:principalservicenameslist",
        "kms:resourcealiases",
        "kms:encryptioncontextkeys",
        "kms:grantoperations",
        "aws:tagkeys",
        "aws:calledvia",
        "aws:principalorgpaths",
    }
)
_MULTIVALUED_NAMES = frozenset({"aws:PrincipalServiceNamesList", "kms:ResourceAliases"})
