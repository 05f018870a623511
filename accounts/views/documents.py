"""The JSON editor of IAM's policy documents: its text, its error, and checking while one types."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.errors import IamMalformedPolicyDocument
from core.policy.documents import parse_managed_policy
from core.policy.trust import parse_trust_policy
from kmsconsole.web.door import signed_in
from operations.registry import OPERATIONS

DOCUMENT = "policy_document"
EXAMPLE = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "kms:ListKeys",
      "Resource": "*"
    }
  ]
}"""


def trust_of_account(account_id: str) -> str:
    """Return the trust policy that lets an account decide who may assume the role."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
        "Action": "sts:AssumeRole",
        "Condition": {},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def document_context(
    text: str, errors: Mapping[str, list[str]] | None = None, *, member: str = DOCUMENT, trust: bool = False
) -> dict[str, Any]:
    """Return what templates/accounts/document_editor.html needs."""
    found = dict(errors or {})
    return {
        "document": text,
        "document_error": " ".join(found.pop(member, found.pop(DOCUMENT, []))),
        "errors": found,
        "lint_url": reverse("accounts:lint_trust" if trust else "accounts:lint_policy"),
        "completions": json.dumps(sorted(operation.permission for operation in OPERATIONS.values())),
    }


@signed_in
@require_POST
def lint_policy(request: HttpRequest) -> HttpResponse:
    """Tell what is wrong with an identity policy, in the service's own words."""
    return _lint(request, parse_managed_policy)


@signed_in
@require_POST
def lint_trust(request: HttpRequest) -> HttpResponse:
    """Tell what is wrong with a trust policy, in the service's own words."""
    return _lint(request, parse_trust_policy)


def _lint(request: HttpRequest, parse: Any) -> HttpResponse:
    text = request.POST.get("document", "")
    try:
        json.loads(text)
    except (ValueError, RecursionError) as fault:
        line, column = getattr(fault, "lineno", 1), getattr(fault, "colno", 1)
        return JsonResponse([_finding(line, column, str(getattr(fault, "msg", fault)))], safe=False)
    try:
        parse(text)
    except IamMalformedPolicyDocument as error:
        return JsonResponse([_finding(1, 1, error.message or error.code)], safe=False)
    return JsonResponse([], safe=False)


def _finding(line: int, column: int, message: str) -> dict[str, object]:
    return {"line": line, "column": column, "severity": "error", "message": message}
