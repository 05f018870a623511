"""The tutorials' errands with the AWS command line: people, files, rotation, who may do what and who not."""

import base64
import json
import subprocess
from dataclasses import dataclass

import pytest

from core.policy.wizard import build_console_policy
from tests.people import ACCOUNT
from tests.stories.command_line import Shell, find_program, is_version_2

pytestmark = pytest.mark.story
SECRET = "The launch is on Friday.\nBring umbrellas. \N{UMBRELLA}\n"
POWER_USER = "arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser"
ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"


@dataclass
class Tutorial:
    ada: Shell
    manager: Shell
    encryptor: Shell

    @property
    def folder(self):
        return self.ada.folder


@pytest.fixture(params=[1, 2], ids=["version 1", "version 2"])
def tutorial(request, service, people, tmp_path) -> Tutorial:
    """Ada has made the group myKMSGroup and the users myKeyManager and myEncryptor, with an access key each."""
    program = find_program(request.param)
    if program is None:
        pytest.skip("this machine has no aws command line of version 2")
    ada = Shell(program, service, tmp_path, people.ada.access_key_id, people.ada.secret_access_key)
    ada("iam", "create-group", "--group-name", "myKMSGroup")

    def new_user(name: str) -> Shell:
        ada("iam", "create-user", "--user-name", name)
        ada("iam", "add-user-to-group", "--group-name", "myKMSGroup", "--user-name", name)
        key = ada("iam", "create-access-key", "--user-name", name)["AccessKey"]
        return Shell(program, service, tmp_path, key["AccessKeyId"], key["SecretAccessKey"])

    return Tutorial(ada, new_user("myKeyManager"), new_user("myEncryptor"))


def console_policy() -> str:
    """What the wizard makes: the account's statement, myKeyManager administers, myEncryptor uses."""
    return json.dumps(
        build_console_policy(
            account_id=ACCOUNT,
            spec="SYMMETRIC_DEFAULT",
            usage="ENCRYPT_DECRYPT",
            origin="AWS_KMS",
            multi_region=False,
            administrators=[f"arn:aws:iam::{ACCOUNT}:user/myKeyManager"],
            users=[f"arn:aws:iam::{ACCOUNT}:user/myEncryptor"],
            accounts=[],
            allow_deletion=True,
        )
    )


def new_key(shell: Shell) -> dict:
    (shell.folder / "policy.json").write_text(console_policy())
    return shell("kms", "create-key", "--description", "tutorial", "--policy", "file://policy.json")["KeyMetadata"]


def test_files_are_encrypted_decrypted_and_moved_to_another_key(tutorial):
    ada, manager, encryptor, folder = tutorial.ada, tutorial.manager, tutorial.encryptor, tutorial.folder
    ada("iam", "attach-group-policy", "--group-name", "myKMSGroup", "--policy-arn", POWER_USER)
    key = new_key(manager)
    manager("kms", "create-alias", "--alias-name", "alias/myTutorial", "--target-key-id", key["KeyId"])
    (folder / "secret.txt").write_text(SECRET, encoding="utf-8")

    # A ciphertext saved as the text that --query prints, made bytes again by the shell's own base64, then decrypted.
    encrypt = ["kms", "encrypt", "--key-id", "alias/myTutorial", "--plaintext", "fileb://secret.txt"]
    printed = encryptor.text(*encrypt, "--query", "CiphertextBlob", "--output", "text")
    assert printed.startswith("AQIC")
    (folder / "secret.b64").write_text(printed)
    subprocess.run("base64 --decode < secret.b64 > secret.enc", shell=True, cwd=folder, check=True)
    decrypt = ["kms", "decrypt", "--ciphertext-blob", "fileb://secret.enc", "--query", "Plaintext", "--output", "text"]
    assert base64.b64decode(encryptor.text(*decrypt)).decode() == SECRET

    # Moved to a second key; the old context no longer opens it, the new one does.
    second = new_key(manager)
    moved = encryptor.text(
        *("kms", "re-encrypt", "--ciphertext-blob", "fileb://secret.enc", "--destination-key-id", second["KeyId"]),
        *("--destination-encryption-context", "purpose=tutorial", "--query", "CiphertextBlob", "--output", "text"),
    )
    (folder / "moved.enc").write_bytes(base64.b64decode(moved))
    decrypt[3] = "fileb://moved.enc"
    assert "(InvalidCiphertextException)" in encryptor.refused(*decrypt)
    with_context = [*decrypt, "--encryption-context", "purpose=tutorial", "--key-id", second["Arn"]]
    assert base64.b64decode(encryptor.text(*with_context)).decode() == SECRET


def test_a_text_on_the_command_line_and_every_form_of_binary(tutorial):
    manager, encryptor, folder = tutorial.manager, tutorial.encryptor, tutorial.folder
    tutorial.ada("iam", "attach-group-policy", "--group-name", "myKMSGroup", "--policy-arn", POWER_USER)
    key_id = new_key(manager)["KeyId"]
    as_base64 = base64.b64encode(b"hello").decode()
    forms = (
        [["--plaintext", as_base64], ["--plaintext", "hello", "--cli-binary-format", "raw-in-base64-out"]]
        if is_version_2(encryptor.program)
        else [["--plaintext", "hello"]]
    )
    (folder / "hello.txt").write_bytes(b"hello")
    for form in [*forms, ["--plaintext", "fileb://hello.txt"]]:
        blob = encryptor("kms", "encrypt", "--key-id", key_id, *form)["CiphertextBlob"]
        (folder / "hello.enc").write_bytes(base64.b64decode(blob))
        opened = encryptor("kms", "decrypt", "--ciphertext-blob", "fileb://hello.enc")
        assert base64.b64decode(opened["Plaintext"]) == b"hello"
        if is_version_2(encryptor.program):
            again = encryptor("kms", "decrypt", "--ciphertext-blob", blob)
            assert base64.b64decode(again["Plaintext"]) == b"hello"


def test_the_manager_switches_rotation_on_and_the_encryptor_may_not(tutorial):
    manager, encryptor = tutorial.manager, tutorial.encryptor
    tutorial.ada("iam", "attach-group-policy", "--group-name", "myKMSGroup", "--policy-arn", POWER_USER)
    key = new_key(manager)
    switch = ["kms", "enable-key-rotation", "--key-id", key["KeyId"], "--rotation-period-in-days", "180"]
    assert "is not authorized to perform: kms:EnableKeyRotation" in encryptor.refused(*switch)
    assert manager(*switch) is None
    status = manager("kms", "get-key-rotation-status", "--key-id", key["KeyId"])
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 180)


def test_who_administers_a_key_does_not_use_it_and_who_uses_it_does_not_administer(tutorial):
    ada, manager, encryptor, folder = tutorial.ada, tutorial.manager, tutorial.encryptor, tutorial.folder
    key = new_key(ada)
    key_id = ["--key-id", key["KeyId"]]
    (folder / "secret.txt").write_text(SECRET, encoding="utf-8")
    encrypt = ["kms", "encrypt", *key_id, "--plaintext", "fileb://secret.txt"]
    (folder / "secret.enc").write_bytes(base64.b64decode(encryptor(*encrypt)["CiphertextBlob"]))
    decrypt = ["kms", "decrypt", "--ciphertext-blob", "fileb://secret.enc"]
    put_policy = ["kms", "put-key-policy", *key_id, "--policy-name", "default", "--policy", "file://policy.json"]

    # The administrator, without any IAM permission: the policy, but not the data.
    user = f"User: arn:aws:iam::{ACCOUNT}:user/myKeyManager is not authorized to perform: kms:Encrypt on resource: "
    assert f"{user}{key['Arn']} because no identity-based policy allows the kms:Encrypt action" in manager.refused(
        *encrypt
    )
    assert "kms:Decrypt on the resource associated with this ciphertext because" in manager.refused(*decrypt)
    assert manager(*put_policy) is None

    # The user: the data, but neither the policy nor the key's end.
    assert base64.b64decode(encryptor(*decrypt)["Plaintext"]).decode() == SECRET
    assert "kms:PutKeyPolicy on resource" in encryptor.refused(*put_policy)
    assert "kms:ScheduleKeyDeletion on resource" in encryptor.refused("kms", "schedule-key-deletion", *key_id)

    # Whom IAM makes an administrator of everything, the account's statement lets decrypt; without it, nothing does.
    attach = ["iam", "attach-user-policy", "--user-name", "myKeyManager", "--policy-arn", ADMINISTRATOR_ACCESS]
    ada(*attach)
    assert base64.b64decode(manager(*decrypt)["Plaintext"]).decode() == SECRET
    policy = json.loads(console_policy())
    policy["Statement"] = policy["Statement"][1:]
    (folder / "policy.json").write_text(json.dumps(policy))
    manager(*put_policy)
    assert "because no resource-based policy allows the kms:Decrypt action" in manager.refused(*decrypt)
