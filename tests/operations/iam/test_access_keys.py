"""Access keys through the pipeline, and what the audit trail may hold of them."""

import pytest
from django.db import connection

from accounts import queries
from audit.trail import trail
from core.errors import IamLimitExceeded, IamNoSuchEntity, IamValidationError
from operations.snapshots import find_credential
from tests.builders import call_as, run_as


def test_a_new_access_key_works_until_it_is_taken_away(people):
    key = run_as(people.ada, "CreateAccessKey", {"UserName": "Bob"})["AccessKey"]
    assert key["UserName"] == "Bob"
    assert find_credential(key["AccessKeyId"]).secret == key["SecretAccessKey"]
    own = {"UserName": "Bob", "AccessKeyId": key["AccessKeyId"]}
    run_as(people.ada, "UpdateAccessKey", {**own, "Status": "Inactive"})
    assert find_credential(key["AccessKeyId"]) is None
    run_as(people.ada, "UpdateAccessKey", {**own, "Status": "Active"})
    assert find_credential(key["AccessKeyId"]) is not None
    run_as(people.ada, "DeleteAccessKey", own)
    assert find_credential(key["AccessKeyId"]) is None


def test_a_user_has_two_access_keys_at_most(people):
    run_as(people.ada, "CreateAccessKey", {"UserName": "Bob"})
    with pytest.raises(IamLimitExceeded, match="Cannot exceed quota for AccessKeysPerUser: 2"):
        run_as(people.ada, "CreateAccessKey", {"UserName": "Bob"})


def test_an_access_key_of_somebody_else_is_not_found(people):
    with pytest.raises(IamNoSuchEntity, match="The Access Key with id"):
        run_as(people.ada, "DeleteAccessKey", {"UserName": "Bob", "AccessKeyId": people.alice.access_key_id})
    assert queries.find_access_key(people.alice.access_key_id) is not None


def test_lists_show_no_secret(people):
    (shown,) = run_as(people.ada, "ListAccessKeys", {"UserName": "Bob"})["AccessKeyMetadata"]
    assert shown["AccessKeyId"] == people.bob.access_key_id
    assert shown.keys() == {"UserName", "AccessKeyId", "Status", "CreateDate"}


def test_a_limit_in_words_is_refused(people):
    with pytest.raises(IamValidationError, match="not a valid integer"):
        run_as(people.ada, "ListAccessKeys", {"UserName": "Bob", "MaxItems": "many"})


def test_no_secret_reaches_the_audit_trail(people):
    key = run_as(people.ada, "CreateAccessKey", {"UserName": "Bob"})["AccessKey"]
    password = "planted Secret 4711"
    run_as(people.ada, "UpdateLoginProfile", {"UserName": "Bob", "Password": password})
    call = call_as(people.ada, "UpdateLoginProfile", {"UserName": "Bob", "Password": password})
    assert password not in repr(call)
    trail.close()
    with connection.cursor() as cursor:
        texts = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names from the database itself
            texts += [str(value) for row in cursor.fetchall() for value in row]
    everything = "\n".join(texts)
    assert key["AccessKeyId"] in everything
    assert key["SecretAccessKey"] not in everything
    assert password not in everything
