"""Random scenarios in which a few people, keys, tags and values meet often.

Strategies are made once, not in each draw: making and checking them took longer than drawing from them.
"""

from functools import cache

from hypothesis import strategies as st

HOME, ABROAD = "111122223333", "444455556666"
KEY_ARN = f"arn:aws:kms:us-west-2:{HOME}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALICE = f"arn:aws:iam::{HOME}:user/eng/Alice"
BOB = f"arn:aws:iam::{HOME}:user/Bob"
OLGA = f"arn:aws:iam::{ABROAD}:user/Olga"
ROLE = f"arn:aws:iam::{HOME}:role/app/Worker"
SESSION = f"arn:aws:sts::{HOME}:assumed-role/Worker/one"
FEDERATED = f"arn:aws:sts::{HOME}:federated-user/Paulo"
ROOT, FOREIGN_ROOT = f"arn:aws:iam::{HOME}:root", f"arn:aws:iam::{ABROAD}:root"

PEOPLE = (
    {"type": "user", "account": HOME, "arn": ALICE, "unique_id": "AIDAALICE"},
    {"type": "user", "account": HOME, "arn": BOB, "unique_id": "AIDABOB"},
    {"type": "user", "account": ABROAD, "arn": OLGA, "unique_id": "AIDAOLGA"},
    {"type": "assumed-role", "account": HOME, "arn": SESSION, "role_arn": ROLE, "unique_id": "AROAWORKER:one"},
    {"type": "federated-user", "account": HOME, "arn": FEDERATED, "user_arn": ALICE, "unique_id": f"{HOME}:Paulo"},
    {"type": "root", "account": HOME, "arn": ROOT, "unique_id": HOME},
    {"type": "root", "account": ABROAD, "arn": FOREIGN_ROOT, "unique_id": ABROAD},
    {"type": "service", "account": None, "arn": None, "service": "cloudtrail.amazonaws.com", "unique_id": None},
)

OPERATIONS = [
    "Encrypt",
    "Decrypt",
    "GenerateDataKey",
    "DescribeKey",
    "CreateGrant",
    "ListGrants",
    "EnableKey",
    "ScheduleKeyDeletion",
    "RetireGrant",
    "ListKeys",
    "CreateAlias",
    "Sign",
]
ACTIONS = [
    "*",
    "kms:*",
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:GenerateDataKey*",
    "kms:De*Key",
    "kms:?ncrypt",
    "kms:List*",
    "kms:CreateGrant",
    "kms:RetireGrant",
    "kms:CreateAlias",
    "iam:*",
    "s3:GetObject",
    "kms:Schedule*",
]
WIDE = ("kms:*", "*") * 5
RESOURCES = (
    "*",
    "*",
    "*",
    "*",
    "*",
    KEY_ARN,
    f"arn:aws:kms:*:{HOME}:key/*",
    f"arn:aws:kms:us-west-2:{HOME}:*",
    f"arn:aws:kms:us-west-2:{ABROAD}:key/*",
    f"arn:aws:kms:us-west-2:{HOME}:alias/${{aws:username}}*",
    f"arn:aws:kms:us-west-2:{HOME}:alias/${{aws:PrincipalTag/team, 'IT'}}?x",
    f"arn:aws:kms:us-west-2:{HOME}:alias/*-x",
)
WORDS = ("IT", "it", "HR", "Alice", "alias/app", "alias/IT-x", "*", "SYMMETRIC_DEFAULT", HOME)
PATTERNS = (*WORDS, "I?", "a*", "?I*", "${aws:username}", "${aws:PrincipalTag/team}", "${aws:PrincipalTag/team, 'IT'}*")
TEXT_KEYS = (
    "kms:EncryptionContext:Dept",
    "kms:EncryptionContextKeys",
    "kms:RequestAlias",
    "kms:ResourceAliases",
    "kms:KeySpec",
    "kms:CallerAccount",
    "kms:MultiRegionKeyType",
    "aws:PrincipalTag/team",
    "aws:ResourceTag/team",
    "aws:username",
    "aws:userid",
    "aws:PrincipalServiceNamesList",
)
INSTANTS = ("2026-01-01", "2026-06-30T12:00:00Z", "2026-06-30T14:00:00+02:00", "1782820800", "soon")
ARNS = (ALICE, ROLE, ROOT, f"arn:aws:iam::{HOME}:*", "arn:aws:iam::*:user/*", "arn:*:*:*:*:role/app/Work?r", "*")


def one_or_list(values):
    return st.one_of(values, st.lists(values, min_size=1, max_size=3))


def _tests(operators, keys, values):
    return st.tuples(st.sampled_from(operators), st.sampled_from(keys), one_or_list(st.sampled_from(values)))


def _with_affixes(operators):
    return [f"{prefix}{name}{suffix}" for name in operators for prefix in PREFIXES for suffix in ("", "IfExists")]


PREFIXES = ("", "ForAllValues:", "ForAnyValue:")
STRING_OPERATORS = _with_affixes(
    [
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLike",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
    ]
)
ORDERED = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
NUMERIC_OPERATORS = _with_affixes([f"Numeric{name}" for name in ORDERED])
DATE_OPERATORS = _with_affixes([f"Date{name}" for name in ORDERED])

CONDITIONS = st.one_of(
    _tests(STRING_OPERATORS, TEXT_KEYS, PATTERNS),
    _tests(STRING_OPERATORS, TEXT_KEYS, PATTERNS),
    _tests(NUMERIC_OPERATORS, ["kms:ScheduleKeyDeletionPendingWindowInDays"], ("7", "7.0", "30", "many")),
    _tests(DATE_OPERATORS, ["aws:CurrentTime"], INSTANTS),
    _tests(_with_affixes(["Bool"]), ["aws:MultiFactorAuthPresent", "kms:MultiRegion"], (True, False, "true")),
    _tests(_with_affixes(["IpAddress", "NotIpAddress"]), ["aws:SourceIp"], ("10.0.0.0/8", "10.1.2.3", "2001:db8::/32")),
    _tests(_with_affixes(["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"]), ["aws:PrincipalArn"], ARNS),
    _tests(["Null"], [*TEXT_KEYS, "aws:SourceIp", "aws:MultiFactorAuthPresent"], ("true", "false", False)),
).map(lambda test: {test[0]: {test[1]: test[2]}})

NAMES = st.sampled_from((ALICE, BOB, OLGA, ROLE, SESSION, FEDERATED, ROOT, HOME, FOREIGN_ROOT, "AIDAORPHAN", "*"))
PRINCIPALS = st.one_of(
    st.just("*"),
    one_or_list(NAMES).map(lambda names: {"AWS": names}),
    st.just({"Service": "cloudtrail.amazonaws.com"}),
    NAMES.map(lambda name: {"AWS": name, "Service": ["cloudtrail.amazonaws.com", "s3.amazonaws.com"]}),
)


ONE_IN_4, ONE_IN_7, ONE_IN_9, ONE_IN_10 = (
    st.integers(0, odds - 1).map(lambda drawn: drawn == 0) for odds in (4, 7, 9, 10)
)
ONE_IN_2 = st.booleans()
SOME_ACTIONS = one_or_list(st.sampled_from([*ACTIONS, *WIDE]))
SOME_RESOURCES = one_or_list(st.sampled_from(RESOURCES))
SOME_CONDITIONS = st.lists(CONDITIONS, max_size=2)


@st.composite
def _statements(draw, key_policy, effects):
    effect = draw(effects)
    statement = {"Effect": effect}
    if key_policy:
        name = "NotPrincipal" if effect == "Deny" and draw(ONE_IN_4) else "Principal"
        statement[name] = draw(PRINCIPALS)
    negated = draw(ONE_IN_7)
    if not key_policy or not draw(ONE_IN_10):
        statement["NotAction" if negated else "Action"] = draw(SOME_ACTIONS)
    if not key_policy or not draw(ONE_IN_10):
        resource = "*" if key_policy and draw(ONE_IN_2) else draw(SOME_RESOURCES)
        statement["NotResource" if draw(ONE_IN_9) else "Resource"] = resource
    merged: dict = {}
    for condition in draw(SOME_CONDITIONS) if draw(ONE_IN_2) else ():
        for operator, tests in condition.items():
            merged.setdefault(operator, {}).update(tests)
    if merged:
        statement["Condition"] = merged
    return statement


@cache
def statements(*, key_policy, effects=("Allow", "Allow", "Deny")):
    return _statements(key_policy, st.sampled_from(effects))


VERSIONS = st.sampled_from(["2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17", None])


@st.composite
def _documents(draw, some_statements):
    document = {"Statement": draw(some_statements)}
    version = draw(VERSIONS)
    return document if version is None else {"Version": version, **document}


KEY_POLICIES, IDENTITY_POLICIES = (
    _documents(st.lists(statements(key_policy=key_policy), min_size=1, max_size=4)) for key_policy in (True, False)
)
SOME_IDENTITY_POLICIES = st.lists(IDENTITY_POLICIES, max_size=2)
LIMITS = st.one_of(st.none(), IDENTITY_POLICIES)
CALLERS_TAGS = st.sampled_from([{}, {"team": "IT"}, {"Team": "HR"}, {"team": "a*"}])
SOMEBODY = st.sampled_from(PEOPLE)
SOMEBODY_OF_AN_ACCOUNT = st.sampled_from([person for person in PEOPLE if person["account"]])


@st.composite
def callers(draw, somebody):
    caller = dict(draw(somebody))
    plain = caller["type"] in ("root", "service")
    caller["tags"] = {} if plain else draw(CALLERS_TAGS)
    policies = [] if plain else draw(SOME_IDENTITY_POLICIES)
    caller["identity_policies"] = [{"name": f"p{i}", "document": document} for i, document in enumerate(policies)]
    caller["boundary"] = None if plain else draw(LIMITS)
    sessions = caller["type"] in ("assumed-role", "federated-user")
    caller["session_policy"] = draw(LIMITS) if sessions else None
    return caller


CALLERS = callers(SOMEBODY)
CALLERS_OF_AN_ACCOUNT = callers(SOMEBODY_OF_AN_ACCOUNT)
GRANTEES = st.sampled_from(
    (ALICE, BOB, OLGA, ROLE, SESSION, FEDERATED, ROOT, FOREIGN_ROOT, "AROAWORKER:one", "AIDABOB")
)
RETIRING = st.one_of(st.none(), GRANTEES)
PAIRS = st.dictionaries(st.sampled_from(["Dept", "dept", "Stage"]), st.sampled_from(["IT", "it", "HR"]), max_size=2)
CONSTRAINTS = st.one_of(
    st.just({}),
    PAIRS.map(lambda pairs: {"EncryptionContextEquals": pairs}),
    PAIRS.map(lambda pairs: {"EncryptionContextSubset": pairs}),
)
GRANTABLE = ["Encrypt", "Decrypt", "GenerateDataKey", "DescribeKey", "CreateGrant", "RetireGrant", "Sign"]
GRANTED = st.lists(st.sampled_from(GRANTABLE), min_size=1, max_size=4, unique=True)
ACCOUNTS = st.sampled_from([HOME, ABROAD])


@st.composite
def grants(draw, grant_id):
    return {
        "grant_id": grant_id,
        "key_arn": KEY_ARN,
        "grantee_principal": draw(GRANTEES),
        "retiring_principal": draw(RETIRING),
        "operations": draw(GRANTED),
        "constraints": draw(CONSTRAINTS),
        "issuing_account": draw(ACCOUNTS),
    }


GRANTS = tuple(grants(f"g{i}") for i in range(2))
CONTEXT_PAIRS = PAIRS.filter(lambda pairs: len({name.lower() for name in pairs}) == len(pairs))
ASKED_GRANTS = st.lists(st.sampled_from(GRANTABLE), min_size=1, unique=True)
CONSTRAINT_TYPES = st.sampled_from(["EncryptionContextEquals", "EncryptionContextSubset"])
OPTIONAL_CONTEXT = {
    "kms:RequestAlias": st.sampled_from(["alias/app", "alias/IT-x"]),
    "aws:SourceIp": st.sampled_from(["10.1.2.3", "192.0.2.7", "2001:db8::1"]),
    "aws:CurrentTime": st.sampled_from(["2026-06-30T12:00:00Z", "2026-01-01T00:00:00Z"]),
    "aws:MultiFactorAuthPresent": st.sampled_from(["true", "false"]),
}
WAITING_PERIODS = st.sampled_from(["7", "30"])


def _context(draw, operation):
    context = {}
    if operation in ("Encrypt", "Decrypt", "GenerateDataKey", "CreateGrant", "RetireGrant"):
        pairs = draw(CONTEXT_PAIRS)
        context |= {f"kms:EncryptionContext:{name}": value for name, value in pairs.items()}
        if pairs:
            context["kms:EncryptionContextKeys"] = list(pairs)
        if operation == "CreateGrant":
            context["kms:GrantOperations"] = draw(ASKED_GRANTS)
            kind = draw(CONSTRAINT_TYPES)
            context |= {"kms:GrantConstraintType": kind} if pairs else {}
    if operation == "ScheduleKeyDeletion":
        context["kms:ScheduleKeyDeletionPendingWindowInDays"] = draw(WAITING_PERIODS)
    for name, values in OPTIONAL_CONTEXT.items():
        if draw(ONE_IN_2):
            context[name] = draw(values)
    return context


SOME_OPERATION = st.sampled_from(OPERATIONS)
UP_TO_2, ONE_OR_2 = st.integers(0, 2), st.integers(1, 2)
KEY_ALIASES = st.lists(st.sampled_from(["alias/app", "alias/IT-x"]), unique=True)
KEY_TAGS = st.sampled_from([{}, {"team": "IT"}, {"TEAM": "HR"}])
NEW_ALIASES = st.sampled_from(["alias/app", "alias/IT-x", "alias/Alice-1"])


@st.composite
def scenarios(draw):
    operation = draw(SOME_OPERATION)
    caller = draw(CALLERS_OF_AN_ACCOUNT if operation in ("ListKeys", "CreateAlias") else CALLERS)
    number = draw(ONE_OR_2 if operation == "RetireGrant" else UP_TO_2)
    key = {
        "arn": KEY_ARN,
        "account": HOME,
        "spec": "SYMMETRIC_DEFAULT",
        "usage": "ENCRYPT_DECRYPT",
        "origin": "AWS_KMS",
        "multi_region": draw(ONE_IN_2),
        "multi_region_key_type": None,
        "aliases": draw(KEY_ALIASES),
        "tags": draw(KEY_TAGS),
        "policy": draw(KEY_POLICIES),
    }
    if key["multi_region"]:
        key["multi_region_key_type"] = "PRIMARY"
    parameters = {"GrantId": "g0"} if operation == "RetireGrant" else {}
    if operation == "CreateAlias":
        parameters["AliasName"] = draw(NEW_ALIASES)
    return {
        "id": "random",
        "title": "random",
        "caller": caller,
        "key": key,
        "grants": [draw(GRANTS[i]) for i in range(number)],
        "request": {
            "action": f"kms:{operation}",
            "region": "us-west-2",
            "parameters": parameters,
            "context": _context(draw, operation),
        },
        "expect": "allow",
        "deny_kind": None,
    }
