"""Decisions that the written cases leave out, and what a decision tells."""

import json
from dataclasses import replace

import pytest

from core.policy.compile import compile_identity_policy, compile_key_policy
from core.policy.decide import (
    Check,
    DenyKind,
    GrantFacts,
    KeyFacts,
    Layer,
    NamedPolicy,
    PrincipalFacts,
    PrincipalKind,
    Scope,
    StatementRef,
    decide,
    explain,
    principal_keys,
)
from core.policy.explain import Part, Verdict
from core.policy.grants import covers_child, meets_constraint
from core.policy.messages import ResourceForm, access_denied_message
from core.policy.remedies import RemedyCode
from core.policy.requests import RequestFacts, checks_for, permitted_at

HOME, ABROAD = "111122223333", "444455556666"
KEY_ARN = f"arn:aws:kms:us-west-2:{HOME}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALICE, ROOT = f"arn:aws:iam::{HOME}:user/Alice", f"arn:aws:iam::{HOME}:root"
IDS = {ALICE: "AIDAALICE"}
DELEGATE = {"Sid": "Delegate", "Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
NAME_ALICE = {"Effect": "Allow", "Principal": {"AWS": ALICE}, "Action": "kms:Encrypt", "Resource": "*"}
ENCRYPT = {"Sid": "Use", "Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"}


def document(*statements) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def user(*statements, account=HOME, name="Alice", unique_id="AIDAALICE", boundary=None, tags=None) -> PrincipalFacts:
    arn = f"arn:aws:iam::{account}:user/{name}"
    identity = (
        (NamedPolicy("use", f"inline policy of user {name}", compile_identity_policy(document(*statements))),)
        if statements
        else ()
    )
    return PrincipalFacts(
        kind=PrincipalKind.USER,
        account_id=account,
        arn=arn,
        principal_arn=arn,
        unique_id=unique_id,
        name=name,
        tags=tags or {},
        identity=identity,
        boundary=None if boundary is None else compile_identity_policy(document(boundary)),
        keys=principal_keys(PrincipalKind.USER, account, arn, unique_id),
    )


def key(*statements, grants=(), ids=IDS, **changes) -> KeyFacts:
    facts = KeyFacts(
        arn=KEY_ARN,
        account_id=HOME,
        spec="SYMMETRIC_DEFAULT",
        usage="ENCRYPT_DECRYPT",
        origin="AWS_KMS",
        multi_region=False,
        multi_region_key_type=None,
        aliases=("alias/app",),
        tags={},
        policy=compile_key_policy(document(*statements), ids),
        grants=grants,
    )
    return replace(facts, **changes)


def encrypt(facts: KeyFacts, **context) -> Check:
    return Check("kms:Encrypt", facts.arn, facts, context, Scope.KEY)


def grant(grantee="AIDAALICE", operations=("Encrypt",), **changes) -> GrantFacts:
    return GrantFacts("g1", grantee, frozenset(operations), HOME, **changes)


def test_a_decision_names_the_statements_that_settled_it() -> None:
    allowed = decide(user(ENCRYPT), encrypt(key(DELEGATE)))
    assert allowed.determining == (
        StatementRef(Layer.KEY_POLICY, "key policy", 0, "Delegate"),
        StatementRef(Layer.IDENTITY, "inline policy of user Alice", 0, "Use"),
    )
    denied = decide(user(ENCRYPT, {**ENCRYPT, "Sid": "No", "Effect": "Deny"}), encrypt(key(DELEGATE)))
    assert denied.kind is DenyKind.EXPLICIT_IDENTITY
    assert [ref.sid for ref in denied.determining] == ["No"]
    by_grant = decide(user(), encrypt(key(DELEGATE, grants=(grant(),))))
    assert by_grant.determining == (StatementRef(Layer.GRANTS, "g1", -1),)


def test_a_missing_allow_has_no_deciding_statement() -> None:
    decision = decide(user(), encrypt(key(DELEGATE)))
    assert (decision.kind, decision.determining) == (DenyKind.IMPLICIT_IDENTITY, ())


def test_a_recreated_user_inherits_nothing() -> None:
    facts = key(NAME_ALICE)
    assert decide(user(), encrypt(facts)).allowed
    assert not decide(user(unique_id="AIDASECOND"), encrypt(facts)).allowed


def test_an_arn_without_a_known_id_matches_nobody() -> None:
    assert not decide(user(), encrypt(key(NAME_ALICE, ids={}))).allowed


def test_the_same_text_with_other_ids_is_another_policy() -> None:
    assert decide(user(), encrypt(key(NAME_ALICE))).allowed
    assert not decide(user(), encrypt(key(NAME_ALICE, ids={ALICE: "AIDAOTHER"}))).allowed


def test_values_that_cannot_be_read_match_nothing_and_are_reported() -> None:
    strange = {**ENCRYPT, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/99"}}}
    decision = decide(user(strange), encrypt(key(DELEGATE), **{"aws:SourceIp": "10.0.0.1"}))
    assert decision.kind is DenyKind.IMPLICIT_IDENTITY
    assert [ref.layer for ref in decision.errors] == [Layer.IDENTITY]


def test_a_key_over_the_alias_quota_fails_conditions_on_its_aliases() -> None:
    by_alias = {**ENCRYPT, "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/app"}}}
    assert decide(user(by_alias), encrypt(key(DELEGATE))).allowed
    assert not decide(user(by_alias), encrypt(key(DELEGATE, aliases_over_quota=True))).allowed


def test_unconditional_statements_compute_no_context() -> None:
    class Untouchable(dict):
        def items(self):
            raise AssertionError("the context was computed")

        __iter__ = __getitem__ = keys = values = items

    facts = key(DELEGATE, NAME_ALICE, grants=(grant(operations=("Decrypt",)),))
    check = Check("kms:Encrypt", facts.arn, facts, Untouchable(), Scope.KEY)
    assert decide(user(ENCRYPT), check).allowed


def test_a_boundary_limits_a_grant_to_a_role_but_not_to_a_session() -> None:
    arn = f"arn:aws:sts::{HOME}:assumed-role/App/one"
    silent = compile_identity_policy(document({**ENCRYPT, "Action": "s3:*"}))
    session = PrincipalFacts(
        kind=PrincipalKind.ROLE_SESSION,
        account_id=HOME,
        arn=arn,
        principal_arn=f"arn:aws:iam::{HOME}:role/App",
        unique_id="AROAAPP:one",
        name="",
        tags={},
        identity=(),
        boundary=silent,
        keys=principal_keys(PrincipalKind.ROLE_SESSION, HOME, arn, "AROAAPP"),
    )
    assert decide(session, encrypt(key(DELEGATE, grants=(grant("AROAAPP"),)))).kind is DenyKind.IMPLICIT_BOUNDARY
    for grantee in (arn, "AROAAPP:one"):
        assert decide(session, encrypt(key(DELEGATE, grants=(grant(grantee),)))).allowed


def test_a_cross_account_grantee_needs_an_identity_policy() -> None:
    facts = key(DELEGATE, grants=(grant("AIDAOLGA"),))
    olga = {"account": ABROAD, "name": "Olga", "unique_id": "AIDAOLGA"}
    assert decide(user(**olga), encrypt(facts)).kind is DenyKind.IMPLICIT_IDENTITY
    assert decide(user(ENCRYPT, **olga), encrypt(facts)).allowed


P, Q = {"Dept": "IT"}, {"Dept": "IT", "Stage": "prod"}


@pytest.mark.parametrize(
    ("parent", "child", "covered"),
    [
        ({}, {}, True),
        ({}, {"subset": P}, True),
        ({}, {"equals": P}, True),
        ({"encryption_context_subset": P}, {}, False),
        ({"encryption_context_subset": P}, {"subset": Q}, True),
        ({"encryption_context_subset": Q}, {"subset": P}, False),
        ({"encryption_context_subset": P}, {"equals": Q}, True),
        ({"encryption_context_subset": Q}, {"equals": P}, False),
        ({"encryption_context_equals": P}, {}, False),
        ({"encryption_context_equals": P}, {"subset": P}, False),
        ({"encryption_context_equals": P}, {"equals": P}, True),
        ({"encryption_context_equals": P}, {"equals": Q}, False),
    ],
)
def test_a_child_constraint_is_at_least_as_strict(parent, child, covered) -> None:
    chosen = {"equals": None, "subset": None, **child}
    parent_grant = grant(operations=("CreateGrant", "Decrypt"), **parent)
    assert covers_child(parent_grant, frozenset({"Decrypt"}), **chosen) is covered
    assert not covers_child(parent_grant, frozenset({"Decrypt", "Encrypt"}), **chosen)


def test_constraints_compare_pairs_exactly() -> None:
    assert meets_constraint(grant(encryption_context_equals=Q), {"Stage": "prod", "Dept": "IT"})
    assert not meets_constraint(grant(encryption_context_equals=P), Q)
    assert meets_constraint(grant(encryption_context_subset=P), Q)
    assert not meets_constraint(grant(encryption_context_subset=P), {"dept": "IT"})


# --- messages ---------------------------------------------------------------------------------------------------------
def message(principal, check, form=ResourceForm.NAMED) -> str:
    return access_denied_message(principal, check, decide(principal, check), form)


START = f"User: {ALICE} is not authorized to perform: kms:Encrypt"
COMBINED = (
    " because the resource does not exist in this Region, no resource-based policies allow access, or a "
    "resource-based policy explicitly denies access"
)


def test_a_denial_names_the_own_key_and_the_missing_policy() -> None:
    here = f"{START} on resource: {KEY_ARN}"
    assert message(user(), encrypt(key(DELEGATE))) == (
        f"{here} because no identity-based policy allows the kms:Encrypt action"
    )
    assert message(user(ENCRYPT), encrypt(key({**NAME_ALICE, "Action": "kms:Decrypt"}))) == (
        f"{here} because no resource-based policy allows the kms:Encrypt action"
    )
    denied = {**NAME_ALICE, "Effect": "Deny"}
    assert message(user(), encrypt(key(denied))) == f"{here} with an explicit deny in a resource-based policy"
    deny = {**ENCRYPT, "Effect": "Deny"}
    assert message(user(deny), encrypt(key(DELEGATE))) == (f"{here} with an explicit deny in an identity-based policy")
    assert message(user(boundary=deny), encrypt(key(DELEGATE))) == (
        f"{here} with an explicit deny in a permissions boundary"
    )
    silent = {**ENCRYPT, "Action": "s3:*"}
    assert message(user(ENCRYPT, boundary=silent), encrypt(key(DELEGATE))) == (
        f"{here} because no permissions boundary allows the kms:Encrypt action"
    )


def test_a_key_known_from_its_ciphertext_is_not_named() -> None:
    assert message(user(), encrypt(key(DELEGATE)), ResourceForm.CIPHERTEXT) == (
        f"{START} on the resource associated with this ciphertext because no identity-based policy allows the "
        "kms:Encrypt action"
    )


def test_a_foreign_caller_cannot_tell_a_closed_key_from_a_missing_one() -> None:
    olga = user(ENCRYPT, account=ABROAD, name="Olga", unique_id="AIDAOLGA")
    closed = message(olga, encrypt(key(DELEGATE)))
    unknown = Check("kms:Encrypt", KEY_ARN, None, {}, Scope.IDENTITY)
    assert closed == message(olga, unknown, ResourceForm.UNKNOWN)
    assert closed.endswith(f"kms:Encrypt on this resource{COMBINED}")


def test_a_foreign_caller_learns_what_its_own_account_lacks() -> None:
    foreign = {**DELEGATE, "Principal": {"AWS": f"arn:aws:iam::{ABROAD}:root"}}
    olga = user(account=ABROAD, name="Olga", unique_id="AIDAOLGA")
    assert message(olga, encrypt(key(foreign))).endswith(
        "on this resource because no identity-based policy allows the kms:Encrypt action"
    )


def test_checks_without_a_key_are_about_everything() -> None:
    facts = RequestFacts(region="us-west-2", account_id=HOME, new_key=key(DELEGATE), has_tags=True)
    create, tag = checks_for("CreateKey", facts)
    assert message(user(), create) == (
        f"User: {ALICE} is not authorized to perform: kms:CreateKey on resource: * because no identity-based policy "
        "allows the kms:CreateKey action"
    )
    assert message(user(), tag) == (
        f"User: {ALICE} is not authorized to perform: kms:TagResource because no identity-based policy allows the "
        "kms:TagResource action"
    )


def test_the_alias_half_names_the_alias() -> None:
    alias = f"arn:aws:kms:us-west-2:{HOME}:alias/app"
    facts = RequestFacts(region="us-west-2", account_id=HOME, key=key(DELEGATE), alias_arn=alias)
    decision, failing = permitted_at(user(), checks_for("CreateAlias", facts))
    text = access_denied_message(user(), failing, decision, ResourceForm.NAMED)
    assert f"kms:CreateAlias on resource: {alias} because" in text


def test_a_lockout_is_no_denied_access() -> None:
    new = compile_key_policy(document({**DELEGATE, "Principal": {"AWS": f"arn:aws:iam::{ABROAD}:root"}}), {})
    allow_all = {**ENCRYPT, "Action": "kms:*"}
    facts = RequestFacts(region="us-west-2", account_id=HOME, key=key(DELEGATE), new_policy=new)
    decision, failing = permitted_at(user(allow_all), checks_for("PutKeyPolicy", facts))
    assert decision.kind is DenyKind.POLICY_LOCKOUT
    with pytest.raises(ValueError, match="policy_lockout"):
        access_denied_message(user(), failing, decision, ResourceForm.NAMED)
    bypassing = replace(facts, bypass_lockout_check=True)
    assert permitted_at(user(allow_all), checks_for("PutKeyPolicy", bypassing))[0].allowed


def test_request_parameters_do_not_count_in_the_lockout_check() -> None:
    statement = {**NAME_ALICE, "Action": "kms:PutKeyPolicy", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}
    new = compile_key_policy(document(statement), IDS)
    secure = {"aws:SecureTransport": "true"}
    facts = RequestFacts(region="us-west-2", account_id=HOME, key=key(statement), new_policy=new, context=secure)
    allowed = replace(facts, environment=secure)
    assert permitted_at(user(), checks_for("PutKeyPolicy", allowed))[0].allowed
    assert permitted_at(user(), checks_for("PutKeyPolicy", facts))[0].kind is DenyKind.POLICY_LOCKOUT


def test_an_operation_that_kms_does_not_have_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        checks_for("EncryptEverything", RequestFacts(region="us-west-2", account_id=HOME))


# --- explanations -----------------------------------------------------------------------------------------------------
def test_an_explanation_says_which_part_failed_first() -> None:
    other = {**ENCRYPT, "Action": "kms:Decrypt"}
    elsewhere = {**ENCRYPT, "Resource": "arn:aws:kms:*:*:key/other"}
    tagged = {**ENCRYPT, "Condition": {"StringEquals": {"aws:PrincipalTag/team": "${aws:username}"}}}
    explanation = explain(user(other, elsewhere, tagged, tags={"team": "IT"}), encrypt(key(NAME_ALICE, ids={})))
    identity = next(layer for layer in explanation.layers if layer.layer is Layer.IDENTITY)
    assert [trace.first_failure for trace in identity.statements] == [Part.ACTION, Part.RESOURCE, Part.CONDITION]
    condition = identity.statements[2].conditions[0]
    assert (condition.policy_values, condition.request_values) == (("Alice",), ("IT",))
    assert [trace.ref.index for trace in explanation.near_misses] == [2]
    policy = explanation.layers[0]
    assert (policy.verdict, policy.statements[0].first_failure) == (Verdict.SILENT, Part.PRINCIPAL)


def test_an_explanation_shows_the_context_with_its_sources() -> None:
    explanation = explain(user(tags={"team": "IT"}), encrypt(key(DELEGATE), **{"aws:SourceIp": "10.0.0.1"}))
    shown = {entry.key: (entry.value, entry.source) for entry in explanation.context}
    assert shown["aws:username"] == ("Alice", "caller")
    assert shown["aws:PrincipalTag/team"] == ("IT", "caller")
    assert shown["kms:KeySpec"] == ("SYMMETRIC_DEFAULT", "key")
    assert shown["kms:ResourceAliases"] == (("alias/app",), "key")
    assert shown["aws:SourceIp"] == ("10.0.0.1", "environment")


def test_a_grant_that_misses_its_constraint_shows_the_pairs() -> None:
    facts = key(DELEGATE, grants=(grant(encryption_context_equals=Q),))
    explanation = explain(user(), encrypt(facts, **{"kms:EncryptionContext:Dept": "IT"}))
    trace = next(layer for layer in explanation.layers if layer.layer is Layer.GRANTS).grants[0]
    assert (trace.operation_listed, trace.constraint_met, trace.differing) == (True, False, ("Stage",))


@pytest.mark.parametrize(
    ("principal", "facts", "codes"),
    [
        (user(), key(NAME_ALICE, ids={}), ["name-caller-in-key-policy", "add-account-statement", "create-grant"]),
        (
            user(),
            key({**DELEGATE, "Action": "kms:Describe*"}),
            ["name-caller-in-key-policy", "complete-account-statement", "create-grant"],
        ),
        (user(), key(DELEGATE), ["add-identity-policy", "name-caller-in-key-policy"]),
        (user({**ENCRYPT, "Effect": "Deny"}), key(DELEGATE), ["change-deny"]),
        (
            user(ENCRYPT, boundary={**ENCRYPT, "Action": "s3:*"}),
            key(DELEGATE),
            ["widen-boundary", "name-caller-in-key-policy"],
        ),
        (user(account=ABROAD), key(DELEGATE), ["allow-foreign-caller-in-key-policy"]),
    ],
)
def test_remedies_fit_the_denial(principal, facts, codes) -> None:
    assert [remedy.code for remedy in explain(principal, encrypt(facts)).remedies] == codes


def test_the_ready_made_statement_of_a_remedy_works() -> None:
    remedy = explain(user(), encrypt(key(DELEGATE))).remedies[0]
    assert remedy.code is RemedyCode.ADD_IDENTITY_POLICY
    assert decide(user(json.loads(remedy.statement)), encrypt(key(DELEGATE))).allowed
    remedy = explain(user(), encrypt(key(NAME_ALICE, ids={}))).remedies[0]
    assert decide(user(), encrypt(key(json.loads(remedy.statement)))).allowed


SOURCE = "arn:aws:s3:us-east-1:111122223333:accesspoint/reports"


def test_a_grant_for_a_source_counts_only_for_requests_on_its_behalf() -> None:
    facts = key(DELEGATE, grants=(grant(operations=("Encrypt", "DescribeKey"), source_arn=SOURCE),))
    assert decide(user(), encrypt(facts, **{"aws:SourceArn": SOURCE})).allowed
    for context in ({}, {"aws:SourceArn": f"{SOURCE}/other"}):
        assert not decide(user(), encrypt(facts, **context)).allowed
        assert not decide(user(), Check("kms:DescribeKey", facts.arn, facts, context, Scope.KEY)).allowed


def test_a_grant_for_a_source_is_retired_by_whom_it_names() -> None:
    mine = grant(operations=("Encrypt", "RetireGrant"), source_arn=SOURCE)
    facts = key(DELEGATE, grants=(mine,))
    assert decide(user(), Check("kms:RetireGrant", facts.arn, facts, {}, Scope.RETIRE, grant=mine)).allowed


@pytest.mark.parametrize(("child_source", "allowed"), [(SOURCE, True), (f"{SOURCE}/other", False), (None, False)])
def test_a_child_grant_is_for_the_source_of_its_parent(child_source, allowed) -> None:
    facts = key(DELEGATE, grants=(grant(operations=("Encrypt", "CreateGrant"), source_arn=SOURCE),))
    context = {"kms:GrantOperations": ("Encrypt",), "aws:SourceArn": SOURCE}
    if child_source is not None:
        context["kms:GrantConstraintSourceArn"] = child_source
    assert decide(user(), Check("kms:CreateGrant", facts.arn, facts, context, Scope.KEY)).allowed is allowed
