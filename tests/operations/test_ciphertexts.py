"""Ciphertexts, data keys, random bytes, DryRun. Source: kms-semantics 1.10, 3.4 and 4.16."""

import pytest

from tests.builders import Refused, hire, make_key, policy_of, refused, run_as, statement
from tests.operations.requests import make_scene
from tests.people import ACCOUNT, OTHER_ACCOUNT, REGION

DRY_RUN = Refused("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")
INVALID_CIPHERTEXT = Refused("InvalidCiphertextException", None)
INCORRECT_KEY = Refused(
    "IncorrectKeyException", "The key ID in the request does not identify a CMK that can perform this operation."
)
WITH_DRY_RUN = ["Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncrypt"]


def violation(member: str, bound: str, value: str = "") -> Refused:
    return Refused(
        "ValidationException",
        f"1 validation error detected: Value {value}at '{member}' failed to satisfy constraint: Member must have "
        f"{bound}",
    )


# --- which key, which context -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "spoiled",
    [
        lambda blob: blob[:-1] + bytes([blob[-1] ^ 1]),
        lambda blob: blob[:-1],
        lambda blob: blob + b"\0",
        lambda blob: bytes([blob[0] ^ 1]) + blob[1:],
        lambda blob: b"\0",
        lambda blob: b"random bytes of no meaning at all",
    ],
    ids=["flipped", "truncated", "extended", "first byte", "one byte", "foreign"],
)
@pytest.mark.parametrize("named", [True, False])
def test_a_spoiled_ciphertext_does_not_open(people, ready_scene, spoiled, named):
    scene = ready_scene()
    key = {"KeyId": scene.arn} if named else {}
    run_as(people.ada, "Decrypt", {"CiphertextBlob": scene.blob, **key})
    assert refused(people.ada, "Decrypt", {"CiphertextBlob": spoiled(scene.blob), **key}) == INVALID_CIPHERTEXT
    source = {"SourceKeyId": scene.arn} if named else {}
    request = {"CiphertextBlob": spoiled(scene.blob), "DestinationKeyId": scene.arn, **source}
    assert refused(people.ada, "ReEncrypt", request) == INVALID_CIPHERTEXT


def test_re_encrypt_may_change_the_context(people):
    """Each side has a context of its own, or none."""
    ada, scene = people.ada, make_scene(people.ada)
    hr, it = {"team": "hr"}, {"team": "it"}
    blob = run_as(ada, "Encrypt", {"KeyId": scene.arn, "Plaintext": b"x", "EncryptionContext": hr})["CiphertextBlob"]
    request = {"CiphertextBlob": blob, "SourceEncryptionContext": hr, "DestinationKeyId": scene.arn}
    assert refused(ada, "ReEncrypt", {**request, "SourceEncryptionContext": it}) == INVALID_CIPHERTEXT
    for context in (it, {}):
        moved = run_as(ada, "ReEncrypt", {**request, "DestinationEncryptionContext": context})["CiphertextBlob"]
        opening = {"CiphertextBlob": moved, "EncryptionContext": context}
        assert run_as(ada, "Decrypt", opening)["Plaintext"] == b"x"
        assert refused(ada, "Decrypt", {**opening, "EncryptionContext": hr}) == INVALID_CIPHERTEXT


@pytest.mark.parametrize("context", [{}, {"team": "HR"}, {"Team": "hr"}, {"team": "hr", "more": ""}, {"teamh": "r"}])
def test_only_the_same_context_opens(people, context):
    key_id = make_key(people.ada)["KeyId"]
    request = {"KeyId": key_id, "Plaintext": b"x", "EncryptionContext": {"team": "hr", "b": "2"}}
    blob = run_as(people.ada, "Encrypt", request)["CiphertextBlob"]
    opened = run_as(people.ada, "Decrypt", {"CiphertextBlob": blob, "EncryptionContext": {"b": "2", "team": "hr"}})
    assert opened["Plaintext"] == b"x"
    assert refused(people.ada, "Decrypt", {"CiphertextBlob": blob, "EncryptionContext": context}) == INVALID_CIPHERTEXT


def test_no_context_and_an_empty_one_are_the_same(people):
    key_id = make_key(people.ada)["KeyId"]
    blob = run_as(people.ada, "Encrypt", {"KeyId": key_id, "Plaintext": b"x", "EncryptionContext": {}})[
        "CiphertextBlob"
    ]
    assert run_as(people.ada, "Decrypt", {"CiphertextBlob": blob})["Plaintext"] == b"x"


def test_another_key_is_the_wrong_key(people):
    scene, other = make_scene(people.ada), make_key(people.ada, alias="other")
    for name in (other["KeyId"], other["Arn"], "alias/other"):
        assert refused(people.ada, "Decrypt", {"CiphertextBlob": scene.blob, "KeyId": name}) == INCORRECT_KEY
        request = {"CiphertextBlob": scene.blob, "SourceKeyId": name, "DestinationKeyId": scene.arn}
        assert refused(people.ada, "ReEncrypt", request) == INCORRECT_KEY


def test_who_may_not_use_the_key_is_not_told_which_it_was(people):
    scene = make_scene(people.ada, policy_of(statement(people.ada.arn, "kms:*")))
    part = "is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because"
    assert refused(people.mallory, "Decrypt", {"CiphertextBlob": scene.blob}) == Refused(
        "AccessDeniedException",
        f"User: {people.mallory.arn} {part} no resource-based policy allows the kms:Decrypt action",
    )
    assert refused(people.olga, "Decrypt", {"CiphertextBlob": scene.blob}) == Refused(
        "AccessDeniedException",
        f"User: {people.olga.arn} {part} the resource does not exist in this Region, no resource-based policies allow "
        "access, or a resource-based policy explicitly denies access",
    )


def test_a_ciphertext_of_a_key_that_is_gone_is_answered_as_a_foreign_one(people, ready_scene):
    scene = ready_scene()
    run_as(people.ada, "ScheduleKeyDeletion", {"KeyId": scene.key_id, "PendingWindowInDays": 7})
    from operations import clock
    from tests.builders import days

    gone = clock.account_time(0) + days(8)
    assert refused(people.ada, "Decrypt", {"CiphertextBlob": scene.blob}, time=gone) == Refused(
        "AccessDeniedException",
        f"User: {people.ada.arn} is not authorized to perform: kms:Decrypt on the resource associated with this "
        "ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a "
        "resource-based policy explicitly denies access",
    )


def test_a_ciphertext_of_another_region_leads_nowhere(people, ready_scene):
    scene = ready_scene()
    refusal = refused(people.ada, "Decrypt", {"CiphertextBlob": scene.blob}, region="eu-west-1")
    assert refusal.code == "AccessDeniedException"
    assert "on the resource associated with this ciphertext" in (refusal.message or "")


@pytest.mark.parametrize("half", ["ReEncryptFrom", "ReEncryptTo"])
def test_re_encrypt_needs_both_halves_and_names_the_missing_one(people, ready_scene, half):
    scene = ready_scene()
    clerk = hire("Clerk", allow=["kms:ReEncrypt*"], deny=[f"kms:{half}"])
    request = scene.request("ReEncrypt")
    assert refused(clerk, "ReEncrypt", request).message == (
        f"User: {clerk.arn} is not authorized to perform: kms:{half} on resource: {scene.arn} with an explicit deny in "
        "an identity-based policy"
    )
    run_as(hire("Other", allow=["kms:ReEncrypt*"]), "ReEncrypt", request)


def test_re_encrypt_moves_between_accounts_that_both_agree(people):
    mine = make_scene(people.ada, policy_of(statement(ACCOUNT, "kms:*"), statement(OTHER_ACCOUNT, "kms:ReEncrypt*")))
    theirs = make_key(people.olga)
    request = {"CiphertextBlob": mine.blob, "SourceKeyId": mine.arn, "DestinationKeyId": theirs["Arn"]}
    moved = run_as(people.olga, "ReEncrypt", request)
    assert run_as(people.olga, "Decrypt", {"CiphertextBlob": moved["CiphertextBlob"]})["Plaintext"] == b"x"
    assert refused(people.ada, "ReEncrypt", request).code == "AccessDeniedException"


# --- sizes and members ------------------------------------------------------------------------------------------------
def test_a_plaintext_has_1_to_4096_bytes(people):
    key_id = make_key(people.ada)["KeyId"]
    for size in (1, 4096):
        run_as(people.ada, "Encrypt", {"KeyId": key_id, "Plaintext": b"x" * size})
    assert refused(people.ada, "Encrypt", {"KeyId": key_id, "Plaintext": b""}) == violation(
        "plaintext", "length greater than or equal to 1"
    )
    assert refused(people.ada, "Encrypt", {"KeyId": key_id, "Plaintext": b"x" * 4097}) == violation(
        "plaintext", "length less than or equal to 4096"
    )


@pytest.mark.parametrize("action", ["GenerateDataKey", "GenerateDataKeyWithoutPlaintext"])
@pytest.mark.parametrize("members", [{}, {"KeySpec": "AES_256", "NumberOfBytes": 32}])
def test_a_data_key_has_one_length(people, action, members):
    key_id = make_key(people.ada)["KeyId"]
    assert refused(people.ada, action, {"KeyId": key_id, **members}) == Refused(
        "ValidationException", "Please specify either number of bytes or key spec."
    )


@pytest.mark.parametrize(
    ("members", "size"),
    [
        ({"KeySpec": "AES_128"}, 16),
        ({"KeySpec": "AES_256"}, 32),
        ({"NumberOfBytes": 1}, 1),
        ({"NumberOfBytes": 1024}, 1024),
    ],
)
def test_a_data_key_is_as_long_as_asked_and_opens(people, members, size):
    key_id = make_key(people.ada)["KeyId"]
    made = run_as(people.ada, "GenerateDataKey", {"KeyId": key_id, **members})
    hidden = run_as(people.ada, "GenerateDataKeyWithoutPlaintext", {"KeyId": key_id, **members})
    assert len(made["Plaintext"]) == size
    assert "Plaintext" not in hidden
    assert run_as(people.ada, "Decrypt", {"CiphertextBlob": made["CiphertextBlob"]})["Plaintext"] == made["Plaintext"]
    assert len(run_as(people.ada, "Decrypt", {"CiphertextBlob": hidden["CiphertextBlob"]})["Plaintext"]) == size


@pytest.mark.parametrize("action", ["GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateRandom"])
@pytest.mark.parametrize(
    ("number", "bound"), [(0, "value greater than or equal to 1"), (1025, "value less than or equal to 1024")]
)
def test_at_most_1024_bytes_at_a_time(people, action, number, bound):
    key = {} if action == "GenerateRandom" else {"KeyId": make_key(people.ada)["KeyId"]}
    assert refused(people.ada, action, {**key, "NumberOfBytes": number}) == violation(
        "numberOfBytes", bound, f"'{number}' "
    )
    run_as(people.ada, action, {**key, "NumberOfBytes": 1024})


def test_random_bytes_need_a_number_and_differ(people):
    assert refused(people.ada, "GenerateRandom", {}) == Refused("ValidationException", "NumberOfBytes is required.")
    one, other = (run_as(people.ada, "GenerateRandom", {"NumberOfBytes": 32})["Plaintext"] for _ in range(2))
    assert len(one) == len(other) == 32
    assert one != other


def test_an_algorithm_of_another_kind_of_key_does_not_fit(people, ready_scene):
    scene = ready_scene()
    expected = Refused(
        "InvalidKeyUsageException", "Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT."
    )
    algorithm = {"EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    assert refused(people.ada, "Encrypt", {**scene.request("Encrypt"), **algorithm}) == expected
    assert refused(people.ada, "Decrypt", {**scene.request("Decrypt"), **algorithm}) == expected
    for side in ("Source", "Destination"):
        request = {**scene.request("ReEncrypt"), f"{side}EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
        assert refused(people.ada, "ReEncrypt", request) == expected


def test_an_asymmetric_algorithm_needs_the_key_named(people, ready_scene):
    scene = ready_scene()
    assert refused(
        people.ada, "Decrypt", {"CiphertextBlob": scene.blob, "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    ) == Refused("ValidationException", "KeyId must not be null")
    assert refused(
        people.ada,
        "ReEncrypt",
        {
            "CiphertextBlob": scene.blob,
            "SourceEncryptionAlgorithm": "RSAES_OAEP_SHA_256",
            "DestinationKeyId": scene.arn,
        },
    ) == Refused("ValidationException", "SourceKeyId must not be null")


# --- DryRun -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("action", WITH_DRY_RUN)
def test_a_dry_run_never_succeeds_and_a_false_one_does(people, ready_scene, action):
    scene = ready_scene()
    request = scene.request(action)
    assert refused(people.ada, action, {**request, "DryRun": True}) == DRY_RUN
    run_as(people.ada, action, {**request, "DryRun": False})


@pytest.mark.parametrize("action", WITH_DRY_RUN)
def test_a_dry_run_gives_the_error_of_the_real_call(people, ready_scene, action):
    scene = ready_scene()
    request = {**scene.request(action), "DryRun": True}
    assert refused(people.mallory, action, request).code == "AccessDeniedException"
    run_as(people.ada, "DisableKey", {"KeyId": scene.key_id})
    assert refused(people.ada, action, request) == Refused("DisabledException", f"{scene.arn} is disabled.")


@pytest.mark.parametrize("action", ["Decrypt", "ReEncrypt"])
def test_a_bad_ciphertext_wins_over_a_dry_run(people, ready_scene, action):
    scene = ready_scene()
    request = {**scene.request(action), "DryRun": True}
    assert refused(people.ada, action, request) == DRY_RUN
    assert refused(people.ada, action, {**request, "CiphertextBlob": scene.blob[:-1]}) == INVALID_CIPHERTEXT


@pytest.mark.parametrize(("action", "member"), [("Decrypt", "KeyId"), ("ReEncrypt", "SourceKeyId")])
def test_a_ciphertext_lets_the_bare_id_name_a_key_of_another_account(people, ready_scene, action, member):
    """Source: kms-semantics 2.2 and 4.16; elsewhere a bare id means the caller's account."""
    shared = make_scene(people.ada, policy_of(statement(ACCOUNT, "kms:*"), statement(OTHER_ACCOUNT, "kms:*")))
    request = {"CiphertextBlob": shared.blob, member: shared.key_id}
    if action == "ReEncrypt":
        request["DestinationKeyId"] = make_key(people.olga)["KeyId"]
    assert run_as(people.olga, action, request)[member] == shared.arn
    not_here = f"Key 'arn:aws:kms:{REGION}:{OTHER_ACCOUNT}:key/{shared.key_id}' does not exist"
    other = make_key(people.ada)
    others = run_as(people.ada, "Encrypt", {"KeyId": other["KeyId"], "Plaintext": b"x"})["CiphertextBlob"]
    for blob in (others, b"no ciphertext"):
        refusal = refused(people.olga, action, {**request, "CiphertextBlob": blob})
        assert refusal == Refused("NotFoundException", not_here)
    refusal = refused(people.olga, action, {**request, "CiphertextBlob": others, member: other["KeyId"]})
    assert refusal.code == "AccessDeniedException"
    assert " on this resource because the resource does not exist in this Region" in (refusal.message or "")
    assert refused(people.olga, "Encrypt", {"KeyId": shared.key_id, "Plaintext": b"x"}).message == not_here


@pytest.mark.parametrize(("action", "key"), [("Decrypt", "KeyId"), ("ReEncrypt", "SourceKeyId")])
def test_a_dry_run_can_ask_for_the_permission_alone(people, action, key):
    scene = make_scene(people.ada)
    request = {**scene.request(action), "DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]}
    without = {name: value for name, value in request.items() if name != "CiphertextBlob"}
    others = run_as(people.ada, "Encrypt", {"KeyId": make_key(people.ada)["KeyId"], "Plaintext": b"x"})[
        "CiphertextBlob"
    ]
    for not_looked_at in ({}, {"CiphertextBlob": b"no ciphertext"}, {"CiphertextBlob": others}):
        assert refused(people.ada, action, {**without, **not_looked_at}) == DRY_RUN
        assert refused(people.mallory, action, {**without, **not_looked_at}).code == "AccessDeniedException"
    assert refused(people.ada, action, {**without, "DryRun": False}) == Refused(
        "ValidationException", "DryRunModifiers can only be specified when DryRun is true"
    )
    unnamed = {name: value for name, value in without.items() if name != key}
    assert refused(people.ada, action, unnamed) == Refused("ValidationException", f"{key} must not be null")


@pytest.mark.parametrize("action", ["Decrypt", "ReEncrypt"])
def test_a_ciphertext_is_required_otherwise(people, action):
    scene = make_scene(people.ada)
    request = {name: value for name, value in scene.request(action).items() if name != "CiphertextBlob"}
    assert refused(people.ada, action, request) == Refused(
        "ValidationException",
        "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be "
        "null",
    )


@pytest.mark.parametrize("action", ["Decrypt", "GenerateDataKey", "GenerateRandom"])
def test_an_attested_answer_is_refused_and_not_given_in_clear(people, ready_scene, action):
    """AWS answers with ciphertext for the enclave; an answer that ignored the wish would leak the plaintext."""
    scene = ready_scene()
    recipient = {"AttestationDocument": b"x", "KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    request = {**scene.request(action), "Recipient": recipient}
    assert refused(people.ada, action, request).code == "UnsupportedOperationException"
