"""What one process has changed, every other honours from the next request on. Source: performance.md, section 7."""

import pytest
from botocore.exceptions import ClientError

from audit.models import AuditEvent
from audit.verification import verify_trail
from keys import custody
from tests.builders import make_key, split_policy
from tests.processes import separate_services
from tests.servers import client_of

pytestmark = pytest.mark.postgres


@pytest.fixture
def pair(people):
    """Two processes, each with a cache of its own."""
    with separate_services(2) as addresses:
        yield addresses


def encrypt(client, key_id: str) -> str:
    """The error code of an Encrypt, or ok."""
    try:
        client.encrypt(KeyId=key_id, Plaintext=b"payroll")
    except ClientError as refusal:
        return str(refusal.response["Error"]["Code"])
    return "ok"


def test_a_key_disabled_in_one_process_is_disabled_in_the_other(people, pair):
    one, other = (client_of(people.ada, address) for address in pair)
    key_id = one.create_key()["KeyMetadata"]["KeyId"]
    for _ in range(5):
        assert [encrypt(client, key_id) for client in (one, other)] == ["ok", "ok"]
        one.disable_key(KeyId=key_id)
        assert encrypt(other, key_id) == "DisabledException"
        other.enable_key(KeyId=key_id)
        assert encrypt(one, key_id) == "ok"
    assert not verify_trail(custody.secret(custody.AUDIT_CHAIN)).fault


def test_a_policy_put_in_one_process_decides_in_the_other(people, pair):
    one, other = pair
    key_id = make_key(people.ada, policy=split_policy(people.alice, people.bob))["KeyId"]
    alice, bob = client_of(people.alice, one), client_of(people.bob, other)
    assert encrypt(bob, key_id) == "ok"
    alice.put_key_policy(KeyId=key_id, Policy=split_policy(people.alice, people.carol))
    assert encrypt(bob, key_id) == "AccessDeniedException"
    alice.put_key_policy(KeyId=key_id, Policy=split_policy(people.alice, people.bob))
    assert encrypt(bob, key_id) == "ok"


def test_an_access_key_deactivated_in_one_process_is_refused_by_the_other(people, pair):
    one, other = pair
    key_id = make_key(people.ada, policy=split_policy(people.alice, people.bob))["KeyId"]
    bob, iam = client_of(people.bob, other), client_of(people.ada, one, "iam")
    assert encrypt(bob, key_id) == "ok"
    iam.update_access_key(UserName="Bob", AccessKeyId=people.bob.access_key_id, Status="Inactive")
    assert encrypt(bob, key_id) == "UnrecognizedClientException"
    iam.update_access_key(UserName="Bob", AccessKeyId=people.bob.access_key_id, Status="Active")
    assert encrypt(bob, key_id) == "ok"


def test_each_worker_writes_every_call_into_the_trail(people):
    key_id = make_key(people.ada)["KeyId"]
    before = AuditEvent.objects.count()
    with separate_services(1, workers=2) as (address,):
        # Each client has a connection of its own, and so one of the two workers.
        clients = [client_of(people.ada, address) for _ in range(8)]
        assert {encrypt(client, key_id) for client in clients * 5} == {"ok"}
    verdict = verify_trail(custody.secret(custody.AUDIT_CHAIN))
    assert (verdict.fault, verdict.records) == ("", before + 40)
