"""The page Encrypt / Decrypt: what goes in, what comes out, and where it must not be found."""

import base64
import json
import re
import shlex

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import AuditEvent
from keys.views.cli_lines import Target, decrypt_lines, encrypt_lines
from tests.builders import make_key, run_as, split_policy

SECRET = "a secret that nobody stores"
CONTEXT = {"context_name": ["Department"], "context_value": ["Sales"]}


@pytest.fixture
def key_id(people):
    return make_key(people.ada, alias="payroll", policy=split_policy(people.alice, people.bob))["KeyId"]


def post(client, key_id, mode, data):
    return client.post(f"/kms/keys/{key_id}/{mode}", data)


def ciphertext_in(answer):
    return re.search(r'name="data" value="([^"]+)"', answer.content.decode())[1]


def test_a_text_comes_back_from_its_ciphertext_under_the_same_context(people, signed_in, key_id):
    client = signed_in(people.bob)
    sealed = post(client, key_id, "encrypt", {"text": SECRET, **CONTEXT})
    opened = post(client, key_id, "decrypt", {"text": ciphertext_in(sealed), **CONTEXT})
    assert SECRET in opened.content.decode()
    assert "no-store" in opened.headers["Cache-Control"]


def test_the_console_opens_what_the_api_sealed(people, signed_in, key_id):
    members = {"KeyId": key_id, "Plaintext": b"\x00\xff", "EncryptionContext": {"Department": "Sales"}}
    blob = run_as(people.bob, "Encrypt", members)["CiphertextBlob"]
    file = SimpleUploadedFile("sealed.bin", blob)
    opened = post(signed_in(people.bob), key_id, "decrypt", {"file": file, **CONTEXT}).content.decode()
    assert base64.b64encode(b"\x00\xff").decode() in opened
    assert "The plaintext is not text" in opened


def test_another_context_is_refused_with_a_reason_and_keeps_the_form(people, signed_in, key_id):
    client = signed_in(people.bob)
    sealed = ciphertext_in(post(client, key_id, "encrypt", {"text": SECRET, **CONTEXT}))
    answer = post(client, key_id, "decrypt", {"text": sealed})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "the encryption context is not exactly the one it was encrypted with" in text
    assert sealed in text


def test_an_administrator_without_use_permission_is_told_why_not(people, signed_in, key_id):
    client = signed_in(people.alice)
    asked = client.get(f"/kms/keys/{key_id}/encrypt").content.decode()
    assert "This call would be refused" in asked
    assert "kms:Encrypt" in asked
    refused = post(client, key_id, "encrypt", {"text": SECRET})
    assert refused.status_code == 403
    assert people.alice.arn in refused.content.decode()


@pytest.mark.parametrize(
    ("mode", "data", "said"),
    [
        ("encrypt", {"text": ""}, "Enter a text or choose a small file."),
        ("encrypt", {"text": "x" * 4097}, "4096"),
        ("decrypt", {"text": "not base64!"}, "This is not base64."),
        ("encrypt", {"text": "x", "context_name": [""], "context_value": ["v"]}, "needs a name"),
        ("encrypt", {"text": "x", "context_name": ["a", "a"], "context_value": ["1", "2"]}, "once"),
    ],
)
def test_a_fault_is_shown_at_its_field(people, signed_in, key_id, mode, data, said):
    answer = post(signed_in(people.bob), key_id, mode, data)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_every_pair_that_was_sent_is_bound_to_the_ciphertext(people, signed_in, key_id):
    pairs = {f"name {number}": "x" for number in range(31)}
    entered = {"text": SECRET, "context_name": list(pairs), "context_value": list(pairs.values())}
    sealed = base64.b64decode(ciphertext_in(post(signed_in(people.bob), key_id, "encrypt", entered)))
    opened = run_as(people.bob, "Decrypt", {"CiphertextBlob": sealed, "EncryptionContext": pairs})
    assert opened["Plaintext"] == SECRET.encode()


def test_neither_plaintext_nor_ciphertext_is_kept_anywhere(people, signed_in, key_id, caplog):
    client = signed_in(people.bob)
    sealed = ciphertext_in(post(client, key_id, "encrypt", {"text": SECRET}))
    post(client, key_id, "decrypt", {"text": sealed})
    kept = json.dumps(list(AuditEvent.objects.values_list("details", flat=True))) + caplog.text
    kept += json.dumps(dict(client.session.items()))
    assert SECRET not in kept
    assert sealed not in kept


def test_a_download_returns_the_posted_bytes_as_a_file(people, signed_in):
    client = signed_in(people.bob)
    data = base64.b64encode(b"\x01\x02\xff").decode()
    binary = client.post("/kms/keys/download", {"data": data, "kind": "ciphertext", "form": "binary"})
    text = client.post("/kms/keys/download", {"data": data, "kind": "ciphertext", "form": "base64"})
    assert (binary.content, text.content) == (b"\x01\x02\xff", data.encode())
    assert binary.headers["Content-Disposition"] == 'attachment; filename="ciphertext.bin"'
    assert client.post("/kms/keys/download", {"data": "!"}).status_code == 400


# --- the lines of the CLI ---------------------------------------------------------------------------------------------
TARGET = Target("arn:aws:kms:us-east-1:111122223333:key/k", "us-east-1", "http://127.0.0.1:8000")


def test_the_cli_is_told_where_and_under_which_context():
    line = encrypt_lines(TARGET, b"hello", "", {"Department": "Sales"}).version_2
    words = shlex.split(line)
    for option, value in (
        ("--key-id", TARGET.key_arn),
        ("--plaintext", "hello"),
        ("--encryption-context", "Department=Sales"),
        ("--region", "us-east-1"),
        ("--endpoint-url", "http://127.0.0.1:8000"),
        ("--cli-binary-format", "raw-in-base64-out"),
    ):
        assert words[words.index(option) + 1] == value


def test_what_a_shell_would_read_is_quoted():
    line = encrypt_lines(TARGET, b"it's $(date)", "", {"a b": 'say "x"'}).version_1
    words = shlex.split(line)
    assert words[words.index("--plaintext") + 1] == "it's $(date)"
    assert json.loads(words[words.index("--encryption-context") + 1]) == {"a b": 'say "x"'}


@pytest.mark.parametrize("plaintext", [b"\xff\x00", b"two\nlines", b"file:///etc/hostname", b"x" * 300])
def test_a_plaintext_that_is_no_word_comes_from_a_file(plaintext):
    assert "--plaintext fileb://plaintext.txt" in encrypt_lines(TARGET, plaintext, "", {}).version_2


def test_version_1_reads_a_ciphertext_from_a_file():
    lines = decrypt_lines(TARGET, b"\x01\x02", {})
    assert "--ciphertext-blob AQI=" in lines.version_2
    assert "--ciphertext-blob fileb://<(echo AQI= | base64 --decode)" in lines.version_1
