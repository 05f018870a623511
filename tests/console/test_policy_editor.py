"""The policy editor's findings and its statement panel."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from django.http import QueryDict

from kmsconsole.web.editor_words import PHRASES
from kmsconsole.web.policy_editor import PolicyEditor, read_editor
from kmsconsole.web.policy_findings import SYNTAX_FAULTS
from tests.builders import make_key, split_policy

ROOT_STATEMENT = {
    "Sid": "Root",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    "Action": "kms:*",
    "Resource": "*",
}


def policy_of(*statements) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [ROOT_STATEMENT, *statements]}, indent=2)


def last_line_with(part: str, text: str) -> int:
    return max(number for number, line in enumerate(text.splitlines(), 1) if part in line)


@pytest.fixture
def lint(signed_in, people):
    """Check a text as the console does while it is typed, as Ada unless said."""

    def check(text, person=people.ada, path="/kms/policy/lint"):
        answer = signed_in(person).post(path, {"document": text})
        assert answer.status_code == 200
        return answer.json()

    return check


def test_a_sound_policy_has_no_findings(lint, people):
    assert lint(split_policy(people.alice, people.bob)) == []


def test_a_syntax_error_has_its_line_and_column(lint):
    (finding,) = lint('{\n  "Version": "2012-10-17",\n  "Statement": [}\n}')
    assert (finding["line"], finding["column"], finding["severity"]) == (3, 17, "error")
    assert "line 3, column 17" in finding["message"]


@pytest.mark.parametrize(
    "text",
    [
        "x",
        '{"a":',
        "{a}",
        '{"a" 1}',
        '{"a": 1 "b"}',
        "{} {}",
        '{"a',
        '{"a\n"}',
        '{"\\q"}',
        '{"\\u12"}',
        "[1,]",
        '{"a": 1,}',
    ],
)
def test_what_the_parser_says_can_be_translated(text):
    with pytest.raises(json.JSONDecodeError) as error:
        json.loads(text)
    assert error.value.msg in SYNTAX_FAULTS


def test_columns_count_as_in_the_text_that_was_typed_with_windows_line_ends(lint):
    (finding,) = lint('{\r\n  "Statement": [}\r\n}')
    assert (finding["line"], finding["column"]) == (2, 17)


def test_a_repeated_member_is_found_where_it_is_repeated(lint):
    (finding,) = lint('{"Version": "2012-10-17",\n "Version": "2008-10-17", "Statement": []}')
    assert (finding["line"], finding["column"]) == (2, 2)


@pytest.mark.parametrize("element", ["Effect", "Principal", "Action", "Resource"])
def test_a_statement_without_an_element_is_pointed_at(lint, element):
    statement = {name: value for name, value in ROOT_STATEMENT.items() if name != element}
    text = policy_of(statement)
    (finding,) = lint(text)
    assert finding["message"] == f"Statement 2 has no {element}."
    assert finding["severity"] == "error"
    assert (finding["line"], finding["column"]) == (last_line_with("    {", text), 5)


def test_every_missing_element_is_named_at_once(lint):
    messages = [finding["message"] for finding in lint(policy_of({"Sid": "Empty"}))]
    assert sorted(messages) == [f"Statement 2 has no {name}." for name in ("Action", "Effect", "Principal", "Resource")]


def test_a_principal_that_does_not_exist_is_pointed_at(lint):
    nobody = "arn:aws:iam::111122223333:user/Nobody"
    text = policy_of({**ROOT_STATEMENT, "Sid": "Second", "Principal": {"AWS": nobody}})
    (finding,) = lint(text)
    assert nobody in finding["message"]
    assert finding["line"] == last_line_with(nobody, text)


def test_a_group_is_no_principal(lint):
    group = "arn:aws:iam::111122223333:group/myKMSGroup"
    (finding,) = lint(policy_of({**ROOT_STATEMENT, "Sid": "Second", "Principal": {"AWS": group}}))
    assert "is a group" in finding["message"]


def test_the_lockout_check_is_the_service_s_own(lint, people):
    statement = {**ROOT_STATEMENT, "Principal": {"AWS": people.bob.arn}}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    (finding,) = lint(text)
    assert "kms:PutKeyPolicy" in finding["message"]
    (finding,) = lint(json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Action": "kms:Encrypt"}]}))
    assert finding["severity"] == "error"


def test_a_policy_that_is_too_large_is_an_error(lint):
    (finding,) = lint(policy_of({**ROOT_STATEMENT, "Sid": "x" * 33_000}))
    assert "32768" in finding["message"]


def test_what_has_no_effect_is_a_warning_and_no_error(lint):
    text = policy_of({**ROOT_STATEMENT, "Sid": "Second", "Action": "kms:Encrpt"})
    (finding,) = lint(text)
    assert finding["severity"] == "warning"
    assert "kms:Encrpt" in finding["message"]
    assert finding["line"] == last_line_with("kms:Encrpt", text)


def test_an_existing_key_is_checked_for_put_key_policy(lint, people):
    key = make_key(people.ada, policy=split_policy(people.alice, people.bob))
    path = f"/kms/keys/{key['KeyId']}/policy/lint"
    text = split_policy(people.alice, people.bob)
    assert lint(text, people.alice, path) == []
    (finding,) = lint(text, people.bob, path)
    assert "kms:PutKeyPolicy" in finding["message"]


def test_who_may_not_store_a_policy_learns_nothing_about_principals(lint, people):
    texts = [
        policy_of({**ROOT_STATEMENT, "Sid": "Second", "Principal": {"AWS": arn}})
        for arn in (people.olga.arn, "arn:aws:iam::444455556666:user/Nobody")
    ]
    answers = [lint(text, people.mallory) for text in texts]
    assert answers[0] == answers[1]
    assert len(answers[0]) == 1


def test_checking_leaves_no_record(lint, people):
    from audit.models import AuditEvent

    before = AuditEvent.objects.count()
    lint(split_policy(people.alice, people.bob))
    assert AuditEvent.objects.count() == before


def test_strangers_cannot_check(client, installation):
    answer = client.post("/kms/policy/lint", {"document": "{}"})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/signin")


# --- the panel: plain functions ---------------------------------------------------------------------------------------
def press(text: str, button: str, **fields) -> PolicyEditor:
    posted = QueryDict(mutable=True)
    posted.update({"document": text, "panel": button})
    for name, value in fields.items():
        posted.setlist(name, value if isinstance(value, list) else [value])
    return read_editor(posted)


def statements_of(editor: PolicyEditor) -> list:
    return json.loads(editor.text)["Statement"]


def test_add_new_statement_appends_and_selects_it():
    editor = press(policy_of(), "add")
    assert [row.label for row in editor.statements] == ["Root", "Statement1"]
    assert editor.selected.row.index == 1
    assert statements_of(editor)[1]["Resource"] == "*"


def test_actions_are_set_and_patterns_kept():
    text = policy_of({**ROOT_STATEMENT, "Sid": "Second", "Action": ["kms:Create*", "kms:Encrypt"]})
    editor = press(text, "actions", panel_selected="1", panel_action=["kms:Decrypt", "kms:GenerateMac"])
    assert statements_of(editor)[1]["Action"] == ["kms:Decrypt", "kms:GenerateMac", "kms:Create*"]
    assert statements_of(editor)[0] == ROOT_STATEMENT


def test_a_principal_is_added_beside_the_others():
    arn = "arn:aws:iam::111122223333:user/Bob"
    editor = press(policy_of(), "principal", panel_selected="0", panel_principal=f" {arn} ")
    assert statements_of(editor)[0]["Principal"] == {"AWS": ["arn:aws:iam::111122223333:root", arn]}
    again = press(editor.text, "principal", panel_selected="0", panel_principal="s3.amazonaws.com")
    assert statements_of(again)[0]["Principal"]["Service"] == "s3.amazonaws.com"


def test_a_malformed_principal_changes_nothing_and_keeps_what_was_typed():
    text = policy_of()
    editor = press(text, "principal", panel_selected="0", panel_principal="Bob")
    assert editor.text == text
    assert editor.error_field == "panel_principal"
    assert editor.entered["panel_principal"] == "Bob"


def test_a_condition_is_added():
    fields = {
        "panel_key": "kms:ViaService",
        "panel_operator": "StringEquals",
        "panel_value": "s3.us-east-1.amazonaws.com",
    }
    editor = press(policy_of(), "condition", panel_selected="0", **fields)
    assert statements_of(editor)[0]["Condition"] == {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}


def test_enter_in_the_panel_adds_what_was_typed():
    editor = press(policy_of(), "enter", panel_selected="0", panel_principal="444455556666")
    assert "444455556666" in statements_of(editor)[0]["Principal"]["AWS"]


def test_remove_asks_first():
    text = policy_of({**ROOT_STATEMENT, "Sid": "Second"})
    asking = press(text, "remove", panel_selected="1")
    assert asking.asks_to_remove
    assert asking.text == text
    assert [row.label for row in press(text, "confirm-remove", panel_selected="1").statements] == ["Root"]


def test_text_that_is_not_a_policy_is_left_alone():
    for text in ("{", "[]", '{"Statement": 1}', '{"Id": "a", "Id": "b", "Statement": []}'):
        editor = press(text, "add")
        assert editor.statements is None
        assert editor.text == text


def test_the_editors_own_words_are_those_of_the_page(people, signed_in):
    """The words that the vendored script shows are handed to it; each is one that it asks for."""
    client, key_id = signed_in(people.ada), make_key(people.ada)["KeyId"]
    client.cookies["kms_language"] = "ko"
    page = client.get(f"/kms/keys/{key_id}/policy").content.decode()
    given = json.loads(unescape(re.search(r'data-phrases="([^"]*)"', page)[1]))
    assert given.keys() == PHRASES.keys()
    assert given["Find"] == "찾기"
    script = Path(__file__).resolve().parents[2] / "static/vendor/codemirror/code-editor.min.js"
    text = script.read_text(encoding="utf-8")
    assert [words for words in PHRASES if f'"{words}"' not in text] == []
