"""A slow, literal evaluator of policy scenarios.

Written from the rules (authorization 2 to 4), straight on the JSON of a scenario, and sharing nothing with the engine:
no compiled form, no index, no cache. Where the engine and this file disagree, one of them misreads the rules.
"""

import base64
import ipaddress
import re
from datetime import UTC, datetime
from fractions import Fraction

NOT_CROSS_ACCOUNT = {
    "GetKeyPolicy",
    "ListKeyPolicies",
    "ListResourceTags",
    "ListKeyRotations",
    "GetKeyLastUsage",
    "UpdateKeyDescription",
    "EnableKey",
    "DisableKeyRotation",
    "RotateKeyOnDemand",
    "CancelKeyDeletion",
    "DeleteImportedKeyMaterial",
    "PutKeyPolicy",
    "DisableKey",
    "ScheduleKeyDeletion",
    "EnableKeyRotation",
    "GetParametersForImport",
    "ImportKeyMaterial",
    "TagResource",
    "UntagResource",
    "ReplicateKey",
    "UpdatePrimaryRegion",
    "CreateAlias",
    "DeleteAlias",
    "UpdateAlias",
}
WITHOUT_KEY = {"CreateKey", "ListKeys", "ListAliases", "ListRetirableGrants", "GenerateRandom"}
CONTEXT_OPERATIONS = {
    "Encrypt",
    "Decrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
}
NEW_KEY_ID = "00000000-0000-0000-0000-0000000000ff"


def evaluate(scenario):
    """Return (allowed, deny kind, subject of the failing check)."""
    for subject, check in checks(scenario):
        allowed, kind = evaluate_check(scenario["caller"], check)
        if not allowed:
            return False, "policy_lockout" if subject == "lockout" else kind, subject
    return True, None, None


# --- 3.7: which checks ------------------------------------------------------------------------------------------------
def checks(scenario):
    request, caller = scenario["request"], scenario["caller"]
    service, operation = request["action"].split(":")
    parameters, region = request.get("parameters", {}), request["region"]
    context, other_context = request["context"], request.get("other_context", request["context"])
    key, other = scenario["key"], scenario.get("other_key")
    grants = scenario["grants"]

    def on_key(name, target, values=context, at=region):
        mine = [grant for grant in grants if grant["key_arn"] == target["arn"]]
        return {
            "action": f"kms:{name}",
            "resource": target["arn"],
            "key": target,
            "grants": mine,
            "context": {**values, "aws:RequestedRegion": at},
            "mode": "key",
        }

    def identity(action, resource, values=context, at=region, *, account_key=True):
        return {
            "action": action,
            "resource": resource,
            "key": None,
            "grants": [],
            "mode": "identity",
            "context": {**values, "aws:RequestedRegion": at},
            "account_key": account_key,
        }

    def no_key(name, at=region):
        caller_account = name not in ("ListKeys", "ListAliases", "ListRetirableGrants", "GenerateRandom")
        resource = f"arn:aws:kms:{at}:{caller['account']}:*"
        return identity(f"kms:{name}", resource, at=at, account_key=caller_account)

    def alias(name):
        values = {k: v for k, v in context.items() if not k.lower().startswith("kms:")}
        resource = f"arn:aws:kms:{region}:{caller['account']}:{parameters['AliasName']}"
        return identity(f"kms:{name}", resource, values, account_key=False)

    def lockout(target, at=region):
        if "Policy" not in parameters or parameters.get("BypassPolicyLockoutSafetyCheck"):
            return []
        of_request = ("kms:", "aws:RequestTag", "aws:TagKeys")
        environment = {k: v for k, v in context.items() if not k.startswith(of_request)}
        check = on_key("PutKeyPolicy", {**target, "policy": parameters["Policy"]}, environment, at)
        return [("lockout", {**check, "grants": []})]

    def new_key(at):
        return {
            "arn": f"arn:aws:kms:{at}:{caller['account']}:key/{NEW_KEY_ID}",
            "account": caller["account"],
            "spec": context.get("kms:KeySpec"),
            "usage": context.get("kms:KeyUsage"),
            "origin": context.get("kms:KeyOrigin"),
            "multi_region": context.get("kms:MultiRegion") == "true",
            "multi_region_key_type": None,
            "aliases": [],
            "tags": {},
            "policy": None,
        }

    def tags(at):
        return [("tags", identity("kms:TagResource", new_key(at)["arn"], at=at))] if parameters.get("Tags") else []

    if service != "kms":
        return [("no_key", identity(request["action"], "*"))]
    if operation == "CreateKey":
        return [("no_key", no_key("CreateKey")), *tags(region), *lockout(new_key(region))]
    if operation in WITHOUT_KEY or "CustomKeyStore" in operation:
        return [("no_key", no_key(operation))]
    if operation in ("CreateAlias", "DeleteAlias"):
        return [("alias", alias(operation)), ("key", on_key(operation, key))]
    if operation == "UpdateAlias":
        return [("alias", alias(operation)), ("key", on_key(operation, key)), ("other_key", on_key(operation, other))]
    if operation == "ReEncrypt":
        return [("key", on_key("ReEncryptFrom", key)), ("other_key", on_key("ReEncryptTo", other, other_context))]
    if operation == "UpdatePrimaryRegion":
        there = other["arn"].split(":")[3]
        return [("key", on_key(operation, key)), ("other_key", on_key(operation, other, other_context, there))]
    if operation == "ReplicateKey":
        there = parameters["ReplicaRegion"]
        create = no_key("CreateKey", there)
        return [
            ("key", on_key(operation, key)),
            ("replica_region", create),
            *tags(there),
            *lockout(new_key(there), there),
        ]
    if operation == "PutKeyPolicy":
        return [("key", on_key(operation, key)), *lockout(key)]
    if operation == "RetireGrant":
        grant = next(grant for grant in grants if grant["grant_id"] == parameters["GrantId"])
        return [("key", {**on_key(operation, key), "mode": "retire", "grant": grant})]
    return [("key", on_key(operation, key))]


# --- 3.2, 3.5, 3.9: one check -----------------------------------------------------------------------------------------
def evaluate_check(caller, check):
    facts = Request(caller, check)
    identity = [policy["document"] for policy in caller["identity_policies"]]
    boundary, session = caller["boundary"], caller["session_policy"]
    for documents, kind in ((identity, "identity"), ([boundary], "boundary"), ([session], "session")):
        if any(matches(s, d, facts, "Deny") for d in documents if d for s in statements(d)):
            return False, f"explicit_{kind}"
    key = check["key"]
    if check["mode"] == "key":
        policy = key["policy"]
        for statement in statements(policy):
            if denied_principal(statement, caller) and matches(statement, policy, facts, "Deny"):
                return False, "explicit_resource"

    def limits():
        if boundary and not any(matches(s, boundary, facts, "Allow") for s in statements(boundary)):
            return "implicit_boundary"
        if session is None:
            return "implicit_session" if caller["type"] == "federated-user" else None
        if not any(matches(s, session, facts, "Allow") for s in statements(session)):
            return "implicit_session"
        return None

    def identity_side():
        if caller["type"] == "root":
            return None
        if not any(matches(s, d, facts, "Allow") for d in identity for s in statements(d)):
            return "implicit_identity"
        return limits()

    if check["mode"] == "identity":
        return answer(identity_side())
    same_account = caller["type"] == "service" or caller["account"] == key["account"]
    if check["mode"] == "retire":
        return answer(
            None if may_retire(check["grant"], caller, same_account, identity_side() is None) else "implicit_retire"
        )
    if not same_account and check["action"].split(":")[1] in NOT_CROSS_ACCOUNT:
        return False, "cross_account_unsupported"
    forms = set()
    for statement in statements(policy):
        if matches(statement, policy, facts, "Allow"):
            forms |= principal_forms(statement, caller)
    for grant in check["grants"]:
        if grant_covers(grant, facts):
            forms |= forms_of([grant["grantee_principal"]], caller, grant=True)
    if not forms:
        return False, "implicit_resource"
    if not same_account:
        return answer(identity_side())
    if "unlimited" in forms:
        return True, None
    if "limited" in forms:
        return answer(limits())
    return answer(identity_side())


def answer(failure):
    return failure is None, failure


# --- 2.1, 2.2, 2.4: principals ----------------------------------------------------------------------------------------
def forms_of(names, caller, *, grant=False):
    """The forms in which a list of AWS principals reaches the caller."""
    forms, account, kind = set(), caller["account"], caller["type"]
    for name in names:
        if kind == "service":
            continue
        if name == "*":
            forms.add("unlimited")
        elif name == account or re.fullmatch(rf"arn:aws:iam::{account}:root", name):
            forms.add("delegating")
        elif name == caller["arn"]:
            forms.add("unlimited")
        elif (kind == "assumed-role" and name == caller["role_arn"]) or (
            kind == "federated-user" and name == caller["user_arn"]
        ):
            forms.add("limited")
        elif grant and kind == "assumed-role" and name == caller["unique_id"]:
            forms.add("unlimited")
        elif grant and kind == "assumed-role" and name == caller["unique_id"].split(":")[0]:
            forms.add("limited")
        elif grant and kind == "user" and name == caller["unique_id"]:
            forms.add("unlimited")
    return forms


def principal_forms(statement, caller):
    principal = statement.get("Principal")
    if principal is None:
        return set()
    if principal == "*":
        return {"unlimited"}
    forms = forms_of(listed(principal.get("AWS", [])), caller)
    if caller["type"] == "service" and caller["service"] in listed(principal.get("Service", [])):
        forms.add("unlimited")
    return forms


def denied_principal(statement, caller):
    if "NotPrincipal" not in statement:
        return bool(principal_forms(statement, caller))
    if caller["boundary"]:
        return True
    spared = statement["NotPrincipal"]
    if spared == "*":
        return False
    if caller["type"] == "service":
        return caller["service"] not in listed(spared.get("Service", []))
    names = listed(spared.get("AWS", []))
    if "*" in names:
        return False
    account_listed = caller["account"] in names or f"arn:aws:iam::{caller['account']}:root" in names
    chain = {
        "root": [],
        "user": [caller["arn"]],
        "assumed-role": [caller.get("role_arn"), caller["arn"]],
        "federated-user": [caller.get("user_arn"), caller["arn"]],
    }[caller["type"]]
    return not (account_listed and all(member in names for member in chain))


# --- 3.8, 3.9: grants -------------------------------------------------------------------------------------------------
def grant_covers(grant, facts):
    operation = facts.check["action"].split(":")[1]
    if operation not in grant["operations"]:
        return False
    equals = grant["constraints"].get("EncryptionContextEquals")
    subset = grant["constraints"].get("EncryptionContextSubset")
    pairs = facts.pairs()
    if operation in CONTEXT_OPERATIONS:
        return (equals is None or pairs == equals) and (subset is None or subset.items() <= pairs.items())
    if operation == "CreateGrant":
        child = facts.check["context"].get("kms:GrantConstraintType")
        if not set(facts.check["context"].get("kms:GrantOperations", [])) <= set(grant["operations"]):
            return False
        if equals is not None and not (child == "EncryptionContextEquals" and pairs == equals):
            return False
        return subset is None or (child is not None and subset.items() <= pairs.items())
    return True


def may_retire(grant, caller, same_account, identity_allows):
    retirers = [grant["retiring_principal"]] if grant["retiring_principal"] else []
    if "RetireGrant" in grant["operations"]:
        retirers.append(grant["grantee_principal"])
    forms = forms_of(retirers, caller, grant=True)
    if forms & {"unlimited", "limited"}:
        return same_account or identity_allows
    return identity_allows and ("delegating" in forms or grant["issuing_account"] == caller["account"])


# --- statements -------------------------------------------------------------------------------------------------------
def listed(value):
    return value if isinstance(value, list) else [value]


def statements(document):
    return listed(document["Statement"])


def matches(statement, document, facts, effect):
    """Everything but the principal."""
    if statement["Effect"] != effect:
        return False
    variables = document.get("Version") == "2012-10-17"
    in_key_policy = "Principal" in statement or "NotPrincipal" in statement
    facts = facts.seen_from_key_policy() if in_key_policy else facts
    return (
        action_matches(statement, facts)
        and resource_matches(statement, facts, variables)
        and all(
            condition_matches(operator, key, listed(value), facts, variables)
            for operator, tests in statement.get("Condition", {}).items()
            for key, value in tests.items()
        )
    )


def action_matches(statement, facts):
    action = facts.check["action"].lower()
    if "NotAction" in statement:
        return not any(glob(wild(p.lower()), action) for p in listed(statement["NotAction"]))
    return any(glob(wild(p.lower()), action) for p in listed(statement.get("Action", [])))


def resource_matches(statement, facts, variables):
    name = "NotResource" if "NotResource" in statement else "Resource"
    if name not in statement:
        return False
    found = False
    for pattern in listed(statement[name]):
        parts = pattern.split(":", 5)
        if variables and len(parts) == 6:
            head, tail = ":".join(parts[:5]) + ":", parts[5]
            filled = fill_in(tail, facts)
            tokens = None if filled is None else wild(head) + filled
        else:
            tokens = wild(pattern)
        found = found or (tokens is not None and glob(tokens, facts.check["resource"]))
    return found if name == "Resource" else not found


# --- patterns: lists of characters, ("*",) and ("?",) -----------------------------------------------------------------
ANY_RUN, ANY_ONE = ("*",), ("?",)


def wild(text):
    return [{"*": ANY_RUN, "?": ANY_ONE}.get(character, character) for character in text]


def glob(tokens, text):
    reachable = {0}
    for token in tokens:
        following = set()
        for position in reachable:
            if token == ANY_RUN:
                following.update(range(position, len(text) + 1))
            elif position < len(text) and token in (ANY_ONE, text[position]):
                following.add(position + 1)
        reachable = following
    return len(text) in reachable


VARIABLE = re.compile(r"\$\{\s*([^,'{}\s][^,'{}]*?)\s*(?:,\s*'([^']*)'\s*)?\}")


def fill_in(text, facts):
    """Substitute variables; ``None`` if one has no value. Substituted characters are literal."""
    tokens, start = [], 0
    for found in VARIABLE.finditer(text):
        tokens += wild(text[start : found.start()])
        if found[1] in ("*", "?", "$"):
            tokens.append(found[1])
        else:
            value = facts.variable(found[1])
            value = found[2] if value is None else value
            if value is None:
                return None
            tokens += list(value)
        start = found.end()
    return tokens + wild(text[start:])


# --- 4: conditions ----------------------------------------------------------------------------------------------------
def condition_matches(operator, key, policy_values, facts, variables):
    values = facts.get(key)
    if operator == "Null":
        return any(spelling(wanted).lower() == ("true" if values is None else "false") for wanted in policy_values)
    set_operator, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    negated = "Not" in name
    name = name.replace("Not", "")
    if values is None:
        if if_exists:
            return True
        return {"ForAllValues": True, "ForAnyValue": False, "": negated}[set_operator]
    passes = [any(compare(name, v, spelling(p), facts, variables) for p in policy_values) != negated for v in values]
    if set_operator:
        return all(passes) if set_operator == "ForAllValues" else any(passes)
    return all(passes) if negated else any(passes)


def spelling(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def compare(name, value, policy, facts, variables):
    if name == "BinaryEquals":
        return isinstance(value, bytes) and base64.b64decode(policy) == value
    if isinstance(value, bytes):
        return False
    if name in ("StringEquals", "StringEqualsIgnoreCase", "StringLike"):
        tokens = fill_in(policy, facts) if variables else wild(policy)
        if tokens is None:
            return False
        if name == "StringLike":
            return glob(tokens, value)
        text = "".join(token[0] for token in tokens)
        return text.lower() == value.lower() if name.endswith("IgnoreCase") else text == value
    if name in ("ArnEquals", "ArnLike"):
        return arn_matches(policy, value, facts, variables)
    if name == "IpAddress":
        return ipaddress.ip_address(value) in ipaddress.ip_network(policy, strict=False)
    if name == "Bool":
        return value.lower() == policy.lower()
    left, right = amount(name, value), amount(name, policy)
    if left is None or right is None:
        return False
    return {
        "Equals": left == right,
        "LessThan": left < right,
        "LessThanEquals": left <= right,
        "GreaterThan": left > right,
        "GreaterThanEquals": left >= right,
    }[name.removeprefix("Numeric").removeprefix("Date")]


def amount(name, text):
    try:
        return Fraction(text) if name.startswith("Numeric") or re.fullmatch(r"\d{5,}", text) else instant(text)
    except ValueError:
        try:
            return instant(text)
        except ValueError:
            return None


def instant(text):
    text = {4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text)
    moment = datetime.fromisoformat(text)
    return Fraction((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def arn_matches(policy, value, facts, variables):
    tokens = fill_in(policy, facts) if variables else wild(policy)
    if tokens is None or value.count(":") < 5:
        return False
    # Colons of the policy's own text separate components; substituted text lies in the last one in practice.
    components = [[]]
    for token in tokens:
        if token == ":" and len(components) < 6:
            components.append([])
        else:
            components[-1].append(token)
    parts = value.split(":", 5)
    return len(components) == 6 and all(glob(c, p) for c, p in zip(components, parts, strict=True))


# --- 5: condition keys ------------------------------------------------------------------------------------------------
class Request:
    def __init__(self, caller, check, *, key_policy=False):
        self.caller, self.check, self.key_policy = caller, check, key_policy

    def seen_from_key_policy(self):
        return Request(self.caller, self.check, key_policy=True)

    def pairs(self):
        start = "kms:EncryptionContext:"
        return {k[len(start) :]: v for k, v in self.check["context"].items() if k.startswith(start)}

    def variable(self, name):
        value = self.all().get(name.lower())
        return value if isinstance(value, str) else None

    def get(self, name):
        value = self.all().get(name.lower())
        if value is None or value == []:
            return None
        if isinstance(value, dict):
            return [base64.b64decode(value["binary"])]
        return value if isinstance(value, list) else [value]

    def all(self):
        caller, check, key = self.caller, self.check, self.check["key"]
        kind = caller["type"]
        found = {name.lower(): value for name, value in check["context"].items()}
        found["aws:principalisawsservice"] = "true" if kind == "service" else "false"
        if kind == "service":
            found["aws:principalservicename"] = caller["service"]
            found["aws:principalservicenameslist"] = [caller["service"]]
        else:
            found["aws:principalarn"] = caller["role_arn"] if kind == "assumed-role" else caller["arn"]
            found["aws:principalaccount"] = caller["account"]
            found["aws:principaltype"] = {
                "root": "Account",
                "user": "User",
                "assumed-role": "AssumedRole",
                "federated-user": "FederatedUser",
            }[kind]
            found["aws:userid"] = caller["unique_id"]
            found |= {f"aws:principaltag/{tag}".lower(): value for tag, value in caller["tags"].items()}
        if kind == "user":
            found["aws:username"] = caller["arn"].rsplit("/", 1)[1]
        if caller["account"] and check.get("account_key", True):
            found["kms:calleraccount"] = caller["account"]
        if key is not None:
            found["kms:keyspec"] = found["kms:customermasterkeyspec"] = key["spec"]
            found["kms:keyusage"] = found["kms:customermasterkeyusage"] = key["usage"]
            found["kms:keyorigin"] = key["origin"]
            found["kms:multiregion"] = "true" if key["multi_region"] else "false"
            found["kms:multiregionkeytype"] = key["multi_region_key_type"]
            found["kms:resourcealiases"] = key["aliases"]
            found["aws:resourceaccount"] = key["account"]
            found |= {f"aws:resourcetag/{tag}".lower(): value for tag, value in key["tags"].items()}
        if self.key_policy:
            found.pop("kms:resourcealiases", None)
            found = {name: value for name, value in found.items() if not name.startswith("aws:resourcetag/")}
        return found
