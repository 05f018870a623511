"""Policies in the form that decides: indexed by action and principal, values parsed once.

Compiled policies are shared between keys and principals with the same text. The stored text stays the only truth: a
miss in the memo compiles again. Source: authorization 8.1, performance section 9.
"""

import hashlib
from collections.abc import Mapping
from typing import Protocol

from core.policy.actions import ACTIONS, ALL_ACTIONS_MASK, action_covers, action_mask
from core.policy.condition_keys import is_absent_in_key_policies
from core.policy.conditions import ConditionTest, Facts, build_test
from core.policy.documents import load_document
from core.policy.memo import Memo
from core.policy.patterns import Glob, Template, parse_resource_pattern
from core.policy.principals import EVERYBODY, principal_key
from core.policy.statements import NO_IDS, Effect, Layer, PolicyDocument, Principals, Statement, StatementRef

# Part of the memo's key. Raise it when the same text compiles to something else.
COMPILER_VERSION = 1


class ResourceFacts(Facts, Protocol):
    """The request as a compiled statement sees it."""

    resource: str


class CompiledStatement:
    """One statement, ready to match.

    ``principal_keys`` is ``None`` in an identity policy. For NotPrincipal it holds the keys that are spared. ``ref``
    refers to the statement as part of a key policy.
    """

    __slots__ = (
        "action_mask",
        "always",
        "any_resource",
        "conditions",
        "exact_resources",
        "not_principal",
        "not_resource",
        "patterns",
        "principal_keys",
        "ref",
        "source",
    )

    def __init__(
        self, source: Statement, *, variables: bool, key_policy: bool, principal_ids: Mapping[str, str]
    ) -> None:
        self.source = source
        self.action_mask = _mask_of(source)
        self.not_resource = source.not_resources is not None
        texts = (source.not_resources if self.not_resource else source.resources) or ()
        self.any_resource = "*" in texts
        self.exact_resources = frozenset(text for text in texts if not any(mark in text for mark in "*?$"))
        self.patterns: tuple[tuple[str, Glob | Template], ...] = tuple(
            (text, parse_resource_pattern(text, variables=variables))
            for text in texts
            if text != "*" and text not in self.exact_resources
        )
        hidden = is_absent_in_key_policies if key_policy else _never_hidden
        tests = [
            build_test(entry, key="" if hidden(entry.key) else entry.key.lower(), variables=variables, hidden=hidden)
            for entry in source.conditions
        ]
        self.conditions: tuple[ConditionTest, ...] = tuple(sorted(tests, key=lambda test: test.cost))
        self.not_principal = source.not_principals is not None
        self.principal_keys: frozenset[str] | None = None
        if key_policy:
            self.principal_keys = _keys_of(source.not_principals or source.principals, principal_ids)
        self.ref = StatementRef(Layer.KEY_POLICY, Layer.KEY_POLICY.value, source.index, source.sid)
        # Nothing about the resource or the request can keep this statement from matching.
        self.always = self.any_resource and not self.not_resource and not self.conditions

    @property
    def effect(self) -> Effect:
        return self.source.effect

    @property
    def has_unparsable_values(self) -> bool:
        return any(test.unparsable for test in self.conditions)

    def covers_action(self, action: str) -> bool:
        """Whether the action element matches, whatever the service and the letter case."""
        return bool(self.matching_action(action))

    def matching_action(self, action: str) -> str | None:
        """The pattern through which the action element matches; for NotAction ``"NotAction"``."""
        if self.source.not_actions is not None:
            covered = any(action_covers(pattern, action) for pattern in self.source.not_actions)
            return None if covered else "NotAction"
        return next((p for p in self.source.actions or () if action_covers(p, action)), None)

    def matching_resource(self, facts: ResourceFacts) -> str | None:
        """The pattern that matches the resource; for NotResource ``"NotResource"``."""
        found = self._listed_resource(facts)
        if self.not_resource:
            return "NotResource" if found is None else None
        return found

    def _listed_resource(self, facts: ResourceFacts) -> str | None:
        if self.any_resource:
            return "*"
        if facts.resource in self.exact_resources:
            return facts.resource
        for text, pattern in self.patterns:
            glob = pattern.substitute(facts.single) if isinstance(pattern, Template) else pattern
            if glob is not None and glob.matches(facts.resource):
                return text
        return None

    def applies(self, facts: ResourceFacts) -> bool:
        """Whether resource and conditions match; principal and action are settled by the index."""
        if self.always:
            return True
        if self.matching_resource(facts) is None:
            return False
        return all(test.evaluate(facts) for test in self.conditions)

    def spares(self, caller_keys: frozenset[str], *, has_boundary: bool) -> bool:
        """Whether a NotPrincipal spares the caller: each member of its chain is listed, and it has no boundary."""
        listed = self.principal_keys or frozenset()
        return not has_boundary and (bool(listed & _EVERYBODY & caller_keys) or caller_keys - _EVERYBODY <= listed)


_EVERYBODY = frozenset({"*", "AWS:*"})


def _never_hidden(_: str) -> bool:
    return False


def _mask_of(statement: Statement) -> int:
    if not statement.is_effective:
        return 0
    mask = 0
    for pattern in statement.not_actions or statement.actions or ():
        mask |= action_mask(pattern)
    return mask if statement.not_actions is None else ALL_ACTIONS_MASK & ~mask


def _keys_of(principals: Principals | None, principal_ids: Mapping[str, str]) -> frozenset[str]:
    if principals is None:
        return frozenset()
    if principals.everybody:
        # The bare "*" reaches services as well; every caller has this key.
        return frozenset({EVERYBODY})
    keys = {principal_key(text, principal_ids) for text in principals.aws}
    return frozenset(key for key in keys if key is not None) | frozenset(principals.service)


Statements = tuple[CompiledStatement, ...]


class Bucket:
    """The statements of one policy that cover one action; in a key policy also split by principal."""

    __slots__ = ("allows", "allows_by_key", "denies", "denies_by_key", "deny_all_but", "unparsable")

    def __init__(self, statements: Statements) -> None:
        self.denies: Statements = tuple(s for s in statements if s.effect is Effect.DENY)
        self.allows: Statements = tuple(s for s in statements if s.effect is Effect.ALLOW)
        self.unparsable: Statements = tuple(s for s in statements if s.has_unparsable_values)
        self.denies_by_key = _by_key(self.denies)
        self.allows_by_key = _by_key(self.allows)
        self.deny_all_but: Statements = tuple(s for s in self.denies if s.not_principal)


def _by_key(statements: Statements) -> dict[str, Statements]:
    found: dict[str, list[CompiledStatement]] = {}
    for statement in statements:
        if not statement.not_principal:
            for key in statement.principal_keys or ():
                found.setdefault(key, []).append(statement)
    return {key: tuple(group) for key, group in found.items()}


class CompiledPolicy:
    """A policy ready to decide. Immutable but for its index, which fills action by action."""

    __slots__ = ("buckets", "document", "statements")

    def __init__(self, document: PolicyDocument, statements: Statements) -> None:
        self.document = document
        self.statements = statements
        self.buckets: dict[str, Bucket] = {}

    def bucket(self, action: str) -> Bucket:
        """The statements for an action such as ``kms:Encrypt``, spelled as in the tables of actions."""
        found = self.buckets.get(action)
        if found is None:
            found = Bucket(tuple(s for s in self.statements if _covers(s, action)))
            # Only names from our own tables are kept, so that the index stays as small as they are.
            if action in ACTIONS:
                self.buckets[action] = found
        return found


def _covers(statement: CompiledStatement, action: str) -> bool:
    known = ACTIONS.get(action)
    if known is not None:
        return bool(statement.action_mask & known.mask)
    return statement.source.is_effective and statement.covers_action(action)


# In characters of policy text: some 10,000 policies of the console's size.
_MEMO: Memo[CompiledPolicy] = Memo(capacity=16_000_000)


def compile_key_policy(text: str, principal_ids: Mapping[str, str]) -> CompiledPolicy:
    """Compile a stored key policy.

    ``principal_ids`` gives the unique id of each user and role ARN at the time when the policy was stored; an ARN that
    is not in it matches nobody, so a recreated user gets nothing from the old statement. Raises
    MalformedPolicyDocumentException for a text that is no policy.
    """
    ids = "\n".join(f"{arn} {unique_id}" for arn, unique_id in sorted(principal_ids.items()))
    digest = _digest("key", ids, text)
    found = _MEMO.find(digest)
    if found is None:
        found = _compile(load_document(text), key_policy=True, principal_ids=principal_ids)
        _MEMO.keep(digest, found, len(text))
    return found


def compile_identity_policy(text: str) -> CompiledPolicy:
    """Compile an identity policy, permissions boundary or session policy.

    Raises MalformedPolicyDocumentException for a text that is no policy.
    """
    digest = _digest("identity", "", text)
    found = _MEMO.find(digest)
    if found is None:
        found = _compile(load_document(text), key_policy=False, principal_ids=NO_IDS)
        _MEMO.keep(digest, found, len(text))
    return found


def _digest(kind: str, ids: str, text: str) -> bytes:
    framed = f"{COMPILER_VERSION}:{kind}:{len(ids)}:{ids}{text}"
    return hashlib.sha256(framed.encode("utf-8", "surrogatepass")).digest()


def _compile(document: PolicyDocument, *, key_policy: bool, principal_ids: Mapping[str, str]) -> CompiledPolicy:
    return CompiledPolicy(
        document,
        tuple(
            CompiledStatement(
                statement,
                variables=document.has_variables,
                key_policy=key_policy,
                principal_ids=principal_ids,
            )
            for statement in document.statements
        ),
    )
