"""The console's words for refusals: codes and facts of the policy engine as sentences. Source: authorization 6.3."""

from collections.abc import Iterator, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import KmsError
from core.policy.decide import DenyKind, Layer, StatementRef
from core.policy.explain import Verdict
from core.policy.remedies import Remedy, RemedyCode
from operations.explanations import RefusalExplanation

Words = str | Promise

LAYERS: Mapping[Layer, Words] = {
    Layer.KEY_POLICY: gettext_lazy("Key policy"),
    Layer.GRANTS: gettext_lazy("Grants"),
    Layer.IDENTITY: gettext_lazy("IAM policies"),
    Layer.BOUNDARY: gettext_lazy("Permissions boundary"),
    Layer.SESSION: gettext_lazy("Session policy"),
}
VERDICTS: Mapping[Verdict, Words] = {
    Verdict.DENIES: gettext_lazy("Denies it"),
    Verdict.ALLOWS: gettext_lazy("Allows it"),
    Verdict.SILENT: gettext_lazy("Does not allow it"),
    Verdict.ABSENT: gettext_lazy("None"),
    Verdict.NOT_NEEDED: gettext_lazy("Not needed"),
}
_REASONS: Mapping[DenyKind, Words] = {
    DenyKind.EXPLICIT_IDENTITY: gettext_lazy(
        "An IAM policy of %(caller)s denies %(action)s. A denial outweighs every permission."
    ),
    DenyKind.EXPLICIT_BOUNDARY: gettext_lazy(
        "The permissions boundary of %(caller)s denies %(action)s. A denial outweighs every permission."
    ),
    DenyKind.EXPLICIT_SESSION: gettext_lazy(
        "The session policy of %(caller)s denies %(action)s. A denial outweighs every permission."
    ),
    DenyKind.EXPLICIT_RESOURCE: gettext_lazy(
        "The key policy denies %(action)s to %(caller)s. A denial outweighs every permission."
    ),
    DenyKind.IMPLICIT_IDENTITY: gettext_lazy("No IAM policy of %(caller)s allows %(action)s."),
    DenyKind.IMPLICIT_BOUNDARY: gettext_lazy("The permissions boundary of %(caller)s does not allow %(action)s."),
    DenyKind.IMPLICIT_SESSION: gettext_lazy("The session policy of %(caller)s does not allow %(action)s."),
    DenyKind.IMPLICIT_RESOURCE: gettext_lazy("Neither the key policy nor a grant allows %(action)s to %(caller)s."),
    DenyKind.IMPLICIT_RETIRE: gettext_lazy("Neither the grant nor a policy lets %(caller)s retire it."),
}
_DELEGATED = gettext_lazy(
    "The key policy leaves %(action)s to the IAM policies of the account, and none of %(caller)s allows it."
)
_UNKNOWN = gettext_lazy(
    "Either there is no such key in this Region, or its key policy does not let %(caller)s perform %(action)s."
)
_REMEDIES: Mapping[RemedyCode, Words] = {
    RemedyCode.NAME_CALLER_IN_KEY_POLICY: gettext_lazy(
        "Somebody who may change the key policy can add a statement that allows %(action)s to %(caller)s."
    ),
    RemedyCode.ADD_ACCOUNT_STATEMENT: gettext_lazy(
        "Or the key policy can get the statement for the account, so that IAM policies work."
    ),
    RemedyCode.COMPLETE_ACCOUNT_STATEMENT: gettext_lazy(
        "Or the key policy's statement for the account can be widened: it lacks the %(lacks)s."
    ),
    RemedyCode.CREATE_GRANT: gettext_lazy("Or somebody can create a grant of %(operation)s for %(grantee)s."),
    RemedyCode.ALLOW_FOREIGN_CALLER_IN_KEY_POLICY: gettext_lazy(
        "The owner of the key has to name %(caller)s or account %(account)s in the key policy, and an IAM policy of "
        "your account has to allow %(action)s too."
    ),
    RemedyCode.ADD_IDENTITY_POLICY: gettext_lazy(
        "An administrator of the account can attach an IAM policy that allows %(action)s on %(resource)s to %(caller)s."
    ),
    RemedyCode.WIDEN_BOUNDARY: gettext_lazy("The permissions boundary has to allow %(action)s."),
    RemedyCode.WIDEN_SESSION_POLICY: gettext_lazy("The session policy has to allow %(action)s."),
    RemedyCode.NAME_SESSION_IN_KEY_POLICY: gettext_lazy("Or the key policy can name the session %(caller)s."),
    RemedyCode.CHANGE_DENY: gettext_lazy(
        "The denying statement has to be changed or removed; no other permission and no grant helps."
    ),
    RemedyCode.USE_OWNER_ACCOUNT: gettext_lazy(
        "Only principals of account %(owner)s can perform %(action)s on this key."
    ),
    RemedyCode.RETIRE_AS_ANOTHER: gettext_lazy("The retiring principal of the grant can retire it."),
    RemedyCode.REVOKE_INSTEAD: gettext_lazy("Or somebody with %(action)s on the key can revoke the grant."),
    RemedyCode.ALLOW_PUT_KEY_POLICY: gettext_lazy("The new policy has to allow kms:PutKeyPolicy to %(caller)s."),
    RemedyCode.BYPASS_LOCKOUT_CHECK: gettext_lazy(
        "The API can bypass this check; the key may then become unmanageable."
    ),
}
# What the console adds to answers that come without a sentence, or whose sentence leaves a reader alone.
_WORDS: Mapping[str, Words] = {
    "DisabledException": gettext_lazy("A disabled key cannot be used until it is enabled again."),
    "IncorrectKeyException": gettext_lazy("The ciphertext was made with another key."),
    "InvalidCiphertextException": gettext_lazy(
        "The ciphertext was altered or cut off, was made in another Region or by another service, or the encryption "
        "context is not exactly the one it was encrypted with."
    ),
    "InvalidKeyUsageException": gettext_lazy("The key was made for another purpose; its key usage cannot change."),
    "InvalidMarkerException": gettext_lazy("The page of the list is no longer valid. Start again at the first page."),
    "KMSInvalidMacException": gettext_lazy("The MAC does not belong to this message and key."),
    "KMSInvalidSignatureException": gettext_lazy("The signature does not belong to this message and key."),
    "NotAuthorizedException": gettext_lazy("Names that begin with aws/ are reserved for AWS managed keys."),
    "UnsupportedOperationException": gettext_lazy("Keys of this kind do not support the operation."),
}


def words_of(error: KmsError) -> str:
    """Return the console's own sentence about a kind of refusal, "" if there is none."""
    return str(_WORDS.get(error.code, ""))


def reason_sentence(explanation: RefusalExplanation) -> str:
    """Return one sentence that says why: which layer denies, or which lacks an Allow."""
    facts = {"caller": explanation.caller, "action": explanation.action}
    if explanation.kind is None:
        return str(_UNKNOWN) % facts
    key_policy = next((layer for layer in explanation.layers if layer.layer is Layer.KEY_POLICY), None)
    if explanation.kind is DenyKind.IMPLICIT_IDENTITY and key_policy is not None:
        return str(_DELEGATED) % facts
    return str(_REASONS.get(explanation.kind, "")) % facts


def remedy_sentence(remedy: Remedy) -> str:
    """Return a remedy in words, with the place of the statement where the reader may know it."""
    sentence = str(_REMEDIES[remedy.code]) % {**remedy.facts, "lacks": _lacking(remedy.facts.get("lacks", ""))}
    if remedy.facts.get("managed_policies"):
        sentence += " " + _("AWS managed policies that do: %(policies)s.") % {
            "policies": remedy.facts["managed_policies"]
        }
    if "index" in remedy.facts:
        sentence += " " + _("Statement %(number)s %(sid)s.") % {
            "number": int(remedy.facts["index"]) + 1,
            "sid": f'"{remedy.facts["sid"]}"' if remedy.facts.get("sid") else "",
        }
    return sentence.replace(" .", ".")


def _lacking(part: str) -> str:
    return {"condition": _("condition"), "action": _("action")}.get(part, part)


def layer_rows(explanation: RefusalExplanation) -> Iterator[tuple[str, str]]:
    """Yield each layer with its verdict, in words."""
    for layer in explanation.layers:
        delegates = layer.layer is Layer.KEY_POLICY and explanation.kind is DenyKind.IMPLICIT_IDENTITY
        yield str(LAYERS[layer.layer]), _("Leaves it to IAM policies") if delegates else str(VERDICTS[layer.verdict])


def statement_label(ref: StatementRef) -> str:
    """Name a statement or grant as a reader finds it."""
    if ref.index < 0:
        return _("Grant %(id)s") % {"id": ref.source}
    name = f"{ref.source}: " if ref.layer is Layer.IDENTITY else ""
    sid = f' "{ref.sid}"' if ref.sid else ""
    return name + _("statement %(number)s") % {"number": ref.index + 1} + sid
