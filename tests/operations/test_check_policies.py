"""The command that runs a file of written policy questions."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

VECTORS = Path(__file__).parents[1] / "vectors" / "policy-evaluation.json"


def run(path, *arguments) -> tuple[str, int]:
    out, code = io.StringIO(), 0
    try:
        call_command("check_policies", str(path), *arguments, stdout=out)
    except SystemExit as end:
        code = int(end.code or 0)
    return out.getvalue(), code


@pytest.fixture
def one_wrong(tmp_path):
    """Three written cases, the first with the answer turned round."""
    cases = json.loads(VECTORS.read_text())[:3]
    assert cases[0]["expect"] == "allow"
    cases[0] |= {"expect": "deny", "deny_kind": "implicit_identity"}
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(cases))
    return path


def test_the_written_cases_pass() -> None:
    assert run(VECTORS) == ("327 passed, 0 failed\n", 0)


def test_a_failure_is_one_line_with_its_deciding_statement(one_wrong) -> None:
    output, code = run(one_wrong)
    lines = output.splitlines()
    assert code == 1
    assert lines[-1] == "2 passed, 1 failed"
    assert lines[0].startswith("PE-001 Default key policy plus identity policy allows: ")
    assert "expected deny implicit_identity, got allow" in lines[0]
    assert "key policy statement 0 (Enable IAM policies)" in lines[0]
    assert len(lines) == 2


def test_the_same_report_as_json(one_wrong) -> None:
    output, code = run(one_wrong, "--json")
    report = json.loads(output)
    assert (code, report["passed"], report["failed"]) == (1, 2, 1)
    assert report["failures"][0]["id"] == "PE-001"
    assert json.loads(run(VECTORS, "--json")[0]) == {"passed": 327, "failed": 0, "failures": []}


def test_a_missing_file_is_one_clear_line(tmp_path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "absent.json")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("not json", "not JSON"),
        ("{}", "not a list of scenarios"),
        ("[1]", "scenario 1 is not an object"),
        ('[{"id": "A"}]', "scenario A lacks 'title'"),
    ],
)
def test_a_bad_file_is_one_clear_line(tmp_path, content, message) -> None:
    path = tmp_path / "cases.json"
    path.write_text(content)
    with pytest.raises(CommandError, match=message) as refusal:
        run(path)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda case: case.update(surprise=1), "unknown field 'surprise'"),
        (lambda case: case.update(expect="maybe"), "expects neither"),
        (lambda case: case["caller"].pop("tags"), "lacks or does not know 'tags'"),
        (lambda case: case["key"].update(policy={"Statement": []}), "syntax error: Statement"),
        (lambda case: case["request"].update(action="kms:Nothing"), "does not know 'Nothing'"),
        (lambda case: case["caller"].update(type="group"), "group"),
    ],
)
def test_a_bad_scenario_is_named(tmp_path, change, message) -> None:
    case = json.loads(VECTORS.read_text())[0]
    change(case)
    path = tmp_path / "cases.json"
    path.write_text(json.dumps([case]))
    with pytest.raises(CommandError, match=message) as refusal:
        run(path)
    assert "PE-001" in str(refusal.value)
