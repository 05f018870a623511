"""boto3, unchanged, calls each of the model's operations at the running service and gets what kms-semantics 2.3 tells.

Operations of custom key stores answer as in an account that has none. An operation without a row here fails.
"""

from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.builders import run_as
from tests.conformance_results import check_results, check_rows
from tests.operations.requests import make_ready_scene
from tests.people import REGION

pytestmark = pytest.mark.conformance

# operation: the members that its answer has; "-" where the answer is empty.
ANSWERS = """
CancelKeyDeletion                    KeyId
CreateAlias                          -
CreateGrant                          GrantId GrantToken
CreateKey                            KeyMetadata
Decapsulate                          EncapsulationAlgorithm KeyId SharedSecret
Decrypt                              EncryptionAlgorithm KeyId KeyMaterialId Plaintext
DeleteAlias                          -
DeleteImportedKeyMaterial            KeyId KeyMaterialId
DeriveSharedSecret                   KeyAgreementAlgorithm KeyId KeyOrigin SharedSecret
DescribeKey                          KeyMetadata
DisableKey                           -
DisableKeyRotation                   -
EnableKey                            -
EnableKeyRotation                    -
Encapsulate                          EncapsulationAlgorithm KeyId SharedSecret SharedSecretCiphertextBlob
Encrypt                              CiphertextBlob EncryptionAlgorithm KeyId
GenerateDataKey                      CiphertextBlob KeyId KeyMaterialId Plaintext
GenerateDataKeyPair                  KeyId KeyMaterialId KeyPairSpec PrivateKeyCiphertextBlob PublicKey ...
GenerateDataKeyPairWithoutPlaintext  KeyId KeyMaterialId KeyPairSpec PrivateKeyCiphertextBlob PublicKey
GenerateDataKeyWithoutPlaintext      CiphertextBlob KeyId KeyMaterialId
GenerateMac                          KeyId Mac MacAlgorithm
GenerateRandom                       Plaintext
GetKeyLastUsage                      KeyCreationDate KeyId KeyLastUsage TrackingStartDate
GetKeyPolicy                         Policy PolicyName
GetKeyRotationStatus                 KeyId KeyRotationEnabled
GetParametersForImport               ImportToken KeyId ParametersValidTo PublicKey
GetPublicKey                         CustomerMasterKeySpec KeyId KeySpec KeyUsage PublicKey SigningAlgorithms
ImportKeyMaterial                    KeyId KeyMaterialId
ListAliases                          Aliases Truncated
ListGrants                           Grants Truncated
ListKeyPolicies                      PolicyNames Truncated
ListKeyRotations                     Rotations Truncated
ListKeys                             Keys Truncated
ListResourceTags                     Tags Truncated
ListRetirableGrants                  Grants Truncated
PutKeyPolicy                         -
ReEncrypt                            CiphertextBlob KeyId DestinationEncryptionAlgorithm DestinationKeyMaterialId ...
ReplicateKey                         ReplicaKeyMetadata ReplicaPolicy
RetireGrant                          -
RevokeGrant                          -
RotateKeyOnDemand                    KeyId
ScheduleKeyDeletion                  DeletionDate KeyId KeyState PendingWindowInDays
Sign                                 KeyId Signature SigningAlgorithm
TagResource                          -
UntagResource                        -
UpdateAlias                          -
UpdateKeyDescription                 -
UpdatePrimaryRegion                  -
Verify                               KeyId SignatureValid SigningAlgorithm
VerifyMac                            KeyId MacAlgorithm MacValid
DescribeCustomKeyStores              CustomKeyStores Truncated
"""
ANSWERED = {name: set(members) - {"-"} for name, *members in (row.split() for row in ANSWERS.strip().splitlines())}
ANSWERED["GenerateDataKeyPair"] ^= {"...", "PrivateKeyPlaintext"}
ANSWERED["ReEncrypt"] ^= {"...", "SourceEncryptionAlgorithm", "SourceKeyId", "SourceKeyMaterialId"}
STORE = {"CustomKeyStoreId": "cks-1234567890abcdef0"}
REFUSED = {
    "ConnectCustomKeyStore": (STORE, "CustomKeyStoreNotFoundException"),
    "CreateCustomKeyStore": ({"CustomKeyStoreName": "mine"}, "UnsupportedOperationException"),
    "DeleteCustomKeyStore": (STORE, "CustomKeyStoreNotFoundException"),
    "DisconnectCustomKeyStore": (STORE, "CustomKeyStoreNotFoundException"),
    "UpdateCustomKeyStore": ({**STORE, "NewCustomKeyStoreName": "new"}, "CustomKeyStoreNotFoundException"),
}


@pytest.fixture
def kms(service, people):
    """Return Ada's client as a program has it: with the checks and the retries of its own."""
    return boto3.client(
        "kms",
        endpoint_url=service,
        region_name=REGION,
        aws_access_key_id=people.ada.access_key_id,
        aws_secret_access_key=people.ada.secret_access_key,
        config=Config(retries={"max_attempts": 1}),
    )


def operations() -> list[str]:
    """What boto3's own model has."""
    model = boto3.client("kms", region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x").meta.service_model
    return sorted(model.operation_names)


def request_for(person: Any, operation: str) -> dict[str, Any]:
    """Set the scene, and return a request that succeeds there."""
    if operation == "DescribeCustomKeyStores":
        return {}
    if operation not in ("ListRetirableGrants", "RetireGrant"):
        return make_ready_scene(person, for_action=operation).request(operation)
    scene = make_ready_scene(person, for_action="CreateGrant")
    grant = {**scene.request("CreateGrant"), "RetiringPrincipal": person.arn}
    token = run_as(person, "CreateGrant", grant)["GrantToken"]
    return {"GrantToken": token} if operation == "RetireGrant" else {"RetiringPrincipal": person.arn}


def test_every_operation_of_the_model_is_called():
    assert sorted([*ANSWERED, *REFUSED]) == operations()
    assert len(operations()) == 56
    check_rows("boto3", operations())


@pytest.mark.parametrize("operation", ANSWERED)
def test_boto3_calls_it(kms, people, operation):
    called = []
    kms.meta.events.register("before-call.kms.*", lambda model, **more: called.append(model.name))
    request = request_for(people.ada, operation)
    answer = getattr(kms, xform_name(operation))(**request)
    told = answer.pop("ResponseMetadata")
    assert (told["HTTPStatusCode"], told["RetryAttempts"], called) == (200, 0, [operation])
    assert set(answer) == ANSWERED[operation]
    for listed in {"Aliases", "Keys", "PolicyNames"} & set(answer):
        assert answer[listed], "the scene has one"
    check_results("boto3", operation, {"success": "ok"})


@pytest.mark.parametrize("operation", REFUSED)
def test_boto3_is_refused_as_in_an_account_without_a_custom_key_store(kms, operation):
    request, code = REFUSED[operation]
    with pytest.raises(ClientError) as refusal:
        getattr(kms, xform_name(operation))(**request)
    assert refusal.value.response["Error"]["Code"] == code
    check_results("boto3", operation, {"without a store": code})
