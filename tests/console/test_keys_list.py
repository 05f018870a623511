"""The list of customer managed keys: who sees what, filters, order, pages."""

from tests.builders import make_key, split_policy

LIST = "/kms/keys"


def test_alice_sees_her_keys_with_their_columns(people, signed_in):
    make_key(people.ada, alias="payroll", policy=split_policy(people.alice, people.bob))
    page = signed_in(people.ada).get(LIST).content.decode()
    assert "payroll" in page
    assert "SYMMETRIC_DEFAULT" in page
