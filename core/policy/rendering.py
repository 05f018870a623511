"""Key policies as GetKeyPolicy shows them.

Source: kms-semantics 4.3. Two-space indent, a space on both sides of the colon, arrays as ``[ {`` … ``} ]``; account
ids become account ARNs and one-element lists single values. The order of the elements is the submitted one.
"""

from collections.abc import Mapping

from core.policy.json_text import NumberText, read_json, write_string
from core.policy.principals import PrincipalForm, account_of, classify_principal


def default_key_policy(account_id: str, partition: str = "aws") -> str:
    """The policy of a key that was made without one, as GetKeyPolicy shows it."""
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{partition}:iam::{account_id}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return write_layout({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]})


def render_key_policy(text: str, current_arns: Mapping[str, str], partition: str = "aws") -> str:
    """Lay a stored key policy out as the service returns it.

    ``current_arns`` maps a submitted principal to what it must show now: the ARN of a user or role that moved, or the
    unique id (``AIDA…``, ``AROA…``) of one that was deleted. Raises InvalidJson.
    """
    data = read_json(text)
    if isinstance(data, dict):
        entries = data.get("Statement")
        statements = entries if isinstance(entries, list) else [entries]
        shown = [_show_statement(entry, current_arns, partition) for entry in statements]
        data = {**data, "Statement": shown}
    return write_layout(data)


def _show_statement(entry: object, current_arns: Mapping[str, str], partition: str) -> object:
    if not isinstance(entry, dict):
        return entry
    shown: dict[str, object] = {}
    for name, value in entry.items():
        if name in ("Principal", "NotPrincipal"):
            shown[name] = _show_principals(value, current_arns, partition)
        elif name == "Condition" and isinstance(value, dict):
            shown[name] = {operator: _unwrap_values(tests) for operator, tests in value.items()}
        else:
            shown[name] = _unwrap(value)
    return shown


def _show_principals(value: object, current_arns: Mapping[str, str], partition: str) -> object:
    if not isinstance(value, dict):
        return value
    shown: dict[str, object] = {}
    for kind, names in value.items():
        texts = names if isinstance(names, list) else [names]
        if kind == "AWS":
            texts = [_show_principal(str(text), current_arns, partition) for text in texts]
        shown[kind] = _unwrap(texts)
    return shown


def _show_principal(text: str, current_arns: Mapping[str, str], partition: str) -> str:
    if text in current_arns:
        return current_arns[text]
    if classify_principal(text) is PrincipalForm.ACCOUNT and account_of(text) == text:
        return f"arn:{partition}:iam::{text}:root"
    return text


def _unwrap(value: object) -> object:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _unwrap_values(tests: object) -> object:
    return {key: _unwrap(value) for key, value in tests.items()} if isinstance(tests, dict) else tests


def write_layout(value: object, depth: int = 0) -> str:
    """Write JSON in the service's layout."""
    if isinstance(value, NumberText):
        return str(value)
    if isinstance(value, str):
        return write_string(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        if not value:
            return "{ }"
        pad = "  " * (depth + 1)
        members = (f"{pad}{write_string(name)} : {write_layout(item, depth + 1)}" for name, item in value.items())
        return "{\n" + ",\n".join(members) + "\n" + "  " * depth + "}"
    if isinstance(value, list):
        return "[ " + ", ".join(write_layout(item, depth) for item in value) + " ]" if value else "[ ]"
    return "null"
