"""The list of customer managed keys: who sees what, filters, order, pages, actions on several keys."""

import json
import re
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEvent
from keys.views.list_state import SKIPPED_AT_MOST
from operations import clock
from tests.builders import days, make_key, run_as, split_policy
from tests.many_keys import make_keys
from tests.operations.imports import external_key, import_into
from tests.operations.regions import AWAY, replicated_key
from tests.people import ACCOUNT, REGION

LIST = "/kms/keys"
ELSEWHERE = "eu-west-1"


def shown(answer):
    """The key ids of the rows, in their order."""
    return re.findall(r'name="ids" value="([^"]+)" aria-label', answer.content.decode())


def names(answer):
    return re.findall(r'aria-label="Select key ([^"]+)"', answer.content.decode())


@pytest.fixture
def three(made_once):
    """Three keys of Alice's: by alias "alpha", "beta" (tagged), and one without alias."""
    return made_once(three_keys)


def three_keys(people) -> list[str]:
    policy = split_policy(people.alice, people.bob)
    return [
        make_key(people.ada, alias="alpha", policy=policy, tags={"Stage": "live"})["KeyId"],
        make_key(people.ada, alias="beta", policy=policy, tags={"Stage": "test"}, state="Disabled")["KeyId"],
        make_key(people.ada)["KeyId"],
    ]


# --- who sees what ----------------------------------------------------------------------------------------------------
def test_an_administrator_of_the_account_sees_every_column(people, signed_in, three):
    text = signed_in(people.ada).get(LIST).content.decode()
    for part in ("(3)", "alpha", "SYMMETRIC_DEFAULT", "Encrypt and decrypt", "Enabled", "Disabled"):
        assert part in text


def test_the_list_is_two_events_however_long_it_is(people, signed_in, three):
    before = AuditEvent.objects.count()
    signed_in(people.ada).get(LIST)
    assert AuditEvent.objects.count() - before == 2


def test_who_may_not_list_keys_is_told_why(people, signed_in, three):
    text = signed_in(people.mallory).get(LIST).content.decode()
    assert "The keys of this account cannot be listed" in text
    assert people.mallory.arn in text
    assert three[0] not in text


def test_a_key_that_may_not_be_described_shows_its_id_alone(people, signed_in, three):
    with_lists = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": ["kms:ListKeys", "kms:ListAliases"], "Resource": "*"},
        }
    )
    run_as(people.ada, "PutUserPolicy", {"UserName": "Bob", "PolicyName": "lists", "PolicyDocument": with_lists})
    client = signed_in(people.bob)
    text = client.get(LIST).content.decode()
    assert text.count("Access denied") == 4  # status, type, spec and usage of the key that is not Bob's
    assert three[2] in text
    assert "kms:DescribeKey" in text
    assert len(shown(client.get(LIST, {"filter": "type=Symmetric"}))) == 2
    assert shown(client.get(LIST, {"filter": "tag:Stage=live"})) == []  # Bob may not list tags


def test_a_filter_tells_nothing_of_aliases_to_who_may_not_list_them(people, signed_in, three):
    only_keys = json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}}
    )
    run_as(people.ada, "PutUserPolicy", {"UserName": "Bob", "PolicyName": "keys", "PolicyDocument": only_keys})
    client = signed_in(people.bob)
    assert len(shown(client.get(LIST))) == 3
    assert shown(client.get(LIST, {"filter": "alpha"})) == shown(client.get(LIST, {"filter": "alias=alpha"})) == []
    assert "alpha" not in client.get(LIST).content.decode()


def test_another_account_sees_none_of_it(people, signed_in, three):
    text = signed_in(people.olga).get(LIST).content.decode()
    assert "No customer managed keys" in text
    assert not any(key_id in text for key_id in three)


def test_htmx_gets_the_region_and_everybody_else_the_page(people, signed_in, three):
    client = signed_in(people.ada)
    fragment = client.get(LIST, headers={"HX-Request": "true"}).content.decode()
    restored = client.get(LIST, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "alpha" in fragment
    assert "<html" in restored


# --- filters and order ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("filters", "operation", "expected"),
    [
        (["ALPH"], "and", {"alpha"}),
        (["alias=a"], "and", {"alpha", "beta"}),
        (["tag:Stage=live"], "and", {"alpha"}),
        (["tag:Stage=live", "tag:Stage=test"], "and", set()),
        (["tag:Stage=live", "tag:Stage=test"], "or", {"alpha", "beta"}),
        (["type=asymmetric"], "and", set()),
        (["type=Symmetric", "beta"], "and", {"beta"}),
        (["multi-region=Single Region", "alpha"], "and", {"alpha"}),
        (["multi-region=Replica"], "and", set()),
        (["multi-region=Elsewhere"], "and", set()),
        (["no=property"], "and", set()),
    ],
)
def test_filters_combine_as_asked(people, signed_in, three, filters, operation, expected):
    answer = signed_in(people.ada).get(LIST, {"filter": filters, "operation": operation})
    assert set(names(answer)) == expected
    assert f"{len(expected)} match" in answer.content.decode()


def test_primary_keys_and_replicas_are_told_apart(people, signed_in, three, settings):
    settings.KMS_REPLICATION_SECONDS = 0
    key_id, client = replicated_key(people.ada), signed_in(people.ada)
    for region, regionality in ((REGION, "Primary"), (AWAY, "Replica")):
        for asked in ("Primary", "Replica"):
            found = shown(client.get(LIST, {"region": region, "filter": f"multi-region={asked}"}))
            assert found == ([key_id] if asked == regionality else [])
    assert key_id not in shown(client.get(LIST, {"filter": "multi-region=Single Region"}))


def test_a_filter_is_shown_and_understood_in_the_language_of_the_page(people, signed_in, three):
    client = signed_in(people.ada)
    client.cookies["kms_language"] = "ko"
    by_address, by_words = (client.get(LIST, {"filter": f"type={value}"}) for value in ("Symmetric", "대칭"))
    assert shown(by_address) == shown(by_words)
    assert [str(token.label) for token in by_address.context["tokens"]] == ["대칭"]
    suggested = {each.key: each.suggestions for each in by_address.context["properties"]}
    assert [(value, str(words)) for value, words in suggested["type"]] == [("Symmetric", "대칭")]
    assert [value for value, _words in suggested["multi-region"]] == ["Single Region"]


def test_part_of_a_key_id_finds_the_key(people, signed_in, three):
    assert shown(signed_in(people.ada).get(LIST, {"filter": three[2][:13].upper()})) == [three[2]]


@pytest.mark.parametrize("sort", ["alias", "-alias", "key-id", "-key-id", "type", "nonsense"])
def test_every_order_shows_every_key(people, signed_in, three, sort):
    answer = signed_in(people.ada).get(LIST, {"sort": sort})
    assert set(shown(answer)) == set(three)
    if sort.endswith("key-id"):
        assert shown(answer) == sorted(three, reverse=sort.startswith("-"))
    if sort == "-alias":
        assert names(answer)[:2] == ["beta", "alpha"]


def test_the_order_follows_the_aliases(people, signed_in, three):
    client = signed_in(people.ada)
    run_as(people.ada, "CreateAlias", {"AliasName": "alias/aaa", "TargetKeyId": three[1]})
    assert names(client.get(LIST))[-2:] == ["aaa", "alpha"]
    run_as(people.ada, "UpdateAlias", {"AliasName": "alias/aaa", "TargetKeyId": three[0]})
    assert names(client.get(LIST))[-2:] == ["aaa", "beta"]
    run_as(people.ada, "DeleteAlias", {"AliasName": "alias/aaa"})
    assert names(client.get(LIST))[-2:] == ["alpha", "beta"]


# --- pages ------------------------------------------------------------------------------------------------------------
def link(answer, rel):
    found = re.search(rf'rel="{rel}" aria-label="[^"]+" href="([^"]+)"', answer.content.decode())
    return LIST + found[1].replace("&amp;", "&") if found else None


def walk(client, region, sort):
    """Every page from the first to the last, and the answer of the last."""
    answer, turned = client.get(LIST, {"region": region, "sort": sort}), []
    while True:
        turned.append(shown(answer))
        address = link(answer, "next")
        if not address:
            return turned, answer
        answer = client.get(address)


@pytest.mark.parametrize(
    ("number", "size", "sort"),
    [(SKIPPED_AT_MOST + 10, 100, "-alias"), (110, 20, "type"), (25, 10, "-type"), (25, 10, "key-id")],
)
def test_next_leads_through_every_key_once_and_previous_back(people, signed_in, number, size, sort):
    """Beyond what a numbered page may skip, and where most keys share what they are ordered by."""
    make_keys(ACCOUNT, REGION, number)
    client = signed_in(people.ada)
    client.cookies["kms_keys_list"] = f"size={size}"
    turned, answer = walk(client, REGION, sort)
    assert len({key_id for page in turned for key_id in page}) == sum(map(len, turned)) == number
    for page in reversed(turned[:-1]):
        answer = client.get(link(answer, "prev"))
        assert shown(answer) == page


@pytest.mark.parametrize("position", ["x", "1.!!", "999999999999999999999.YQ==", "-1.YQ=="])
def test_a_position_that_makes_no_sense_shows_the_first_page(people, signed_in, three, position):
    assert len(shown(signed_in(people.ada).get(LIST, {"page": "7", "after": position}))) in (0, 3)


def measured(client, query):
    """How many queries a list page takes that was shown before, and its shortest time: of this thread's work, to which
    SQLite's belongs, as other processes may be busy.
    """
    client.get(LIST, query)
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST, query)
    return len(queries), min(timed(client, query) for _ in range(5))


def timed(client, query):
    begin = time.thread_time()
    client.get(LIST, query)
    return time.thread_time() - begin


def test_a_hundred_times_as_many_keys_cost_no_query_more_and_not_twice_the_time(people, signed_in):
    make_keys(ACCOUNT, REGION, 100, tagged_every=10)
    make_keys(ACCOUNT, ELSEWHERE, 10_000, tagged_every=10)
    client = signed_in(people.ada)
    for query in ({}, {"sort": "-key-id"}, {"sort": "type", "page": "3"}):
        few_queries, few_seconds = measured(client, {"region": REGION, **query})
        many_queries, many_seconds = measured(client, {"region": ELSEWHERE, **query})
        assert many_queries == few_queries
        assert many_seconds <= 2 * few_seconds, query


# --- actions ----------------------------------------------------------------------------------------------------------
def state_of(people, key_id):
    return run_as(people.ada, "DescribeKey", {"KeyId": key_id})["KeyMetadata"]["KeyState"]


def test_a_row_says_what_may_be_done_with_its_key(people, signed_in, three):
    text = signed_in(people.ada).get(LIST).content.decode()
    rows = dict(re.findall(r'<tr class="table__row"[^>]* data-actions="([^"]*)"[^>]*>.*?value="([^"]+)"', text))
    assert {value: key for key, value in rows.items()}[three[1]] == "enable schedule tags"
    assert "disable schedule tags" in rows


def test_several_keys_are_enabled_and_a_failure_is_named(people, signed_in, three):
    client = signed_in(people.alice)
    text = client.post("/kms/keys/enable", {"ids": [three[1], three[2]]}, follow=True).content.decode()
    assert "1 key enabled." in text
    assert f"Failed to enable key {three[2]}" in text
    assert "kms:EnableKey" in text
    assert state_of(people, three[1]) == "Enabled"


def test_disabling_asks_first(people, signed_in, three):
    client = signed_in(people.alice)
    asked = client.post("/kms/keys/disable", {"ids": [three[0]]})
    assert asked.status_code == 422
    assert state_of(people, three[0]) == "Enabled"
    dialog = client.get("/kms/keys/disable", {"ids": three[:2]}, headers={"HX-Request": "true"}).content.decode()
    assert "<dialog" in dialog
    assert "<html" not in dialog
    client.post("/kms/keys/disable", {"ids": [three[0]], "confirm": "on"})
    assert state_of(people, three[0]) == "Disabled"


def test_deletion_needs_a_period_and_a_tick_and_can_be_cancelled(people, signed_in, three):
    client = signed_in(people.alice)
    page = client.get("/kms/keys/schedule-deletion", {"ids": three[:2]}).content.decode()
    assert "alpha" not in page  # Alice may not list aliases
    assert three[0] in page
    wrong = client.post("/kms/keys/schedule-deletion", {"ids": three[:2], "days": "31"})
    assert wrong.status_code == 422
    assert 'value="31"' in wrong.content.decode()
    client.post("/kms/keys/schedule-deletion", {"ids": three[:2], "days": "7", "confirm": "on"})
    assert state_of(people, three[0]) == state_of(people, three[1]) == "PendingDeletion"
    client.post("/kms/keys/cancel-deletion", {"ids": three[:1]})
    assert state_of(people, three[0]) == "Disabled"


def test_a_forged_id_of_another_account_is_refused_and_changes_nothing(people, signed_in, three):
    client = signed_in(people.olga)
    for path, data in (
        ("enable", {}),
        ("disable", {"confirm": "on"}),
        ("schedule-deletion", {"days": "7", "confirm": "on"}),
    ):
        arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{three[0]}"
        answer = client.post(f"/kms/keys/{path}", {"ids": [three[0], arn, "'; --"], **data}, follow=True)
        assert answer.status_code == 200
        assert "Failed to" in answer.content.decode()
    assert state_of(people, three[0]) == "Enabled"


def test_where_to_go_next_is_a_page_of_this_host(people, signed_in, three):
    client = signed_in(people.ada)
    answer = client.post("/kms/keys/enable", {"ids": [three[1]], "next": "https://evil.example/"})
    assert answer.headers["Location"].startswith("/kms/keys")


def test_preferences_are_kept_and_nonsense_is_not(people, signed_in, three):
    client = signed_in(people.ada)
    client.post("/kms/keys/preferences", {"page_size": "50", "wrap": "on", "columns": ["origin", "nonsense"]})
    text = client.get(LIST).content.decode()
    assert "AWS KMS" in text
    assert "Key usage" not in re.search(r"<thead>.*?</thead>", text, re.DOTALL)[0]
    client.cookies["kms_keys_list"] = "size=999999&columns=%00"
    assert client.get(LIST).status_code == 200


# --- last use and expiration ------------------------------------------------------------------------------------------
def show_columns(client, *columns: str) -> None:
    client.post("/kms/keys/preferences", {"page_size": "20", "columns": columns})


def test_the_last_use_stands_in_the_list_once_its_column_is_shown(people, signed_in, three):
    client = signed_in(people.ada)
    run_as(people.ada, "Encrypt", {"KeyId": three[0], "Plaintext": b"x"})
    show_columns(client, "last-used")
    used = {row.key_id: row.last_used for row in client.get(LIST).context["rows"]}
    assert [bool(used[key_id]) for key_id in three] == [True, False, False]
    assert "Just now" in client.get(LIST).content.decode()


def test_who_may_not_ask_for_the_last_use_is_told_so_in_the_cell(people, signed_in, three):
    with_lists = json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}}
    )
    run_as(people.ada, "PutUserPolicy", {"UserName": "Bob", "PolicyName": "lists", "PolicyDocument": with_lists})
    run_as(people.ada, "Encrypt", {"KeyId": three[0], "Plaintext": b"x"})
    client = signed_in(people.bob)
    show_columns(client, "last-used")
    (row,) = [row for row in client.get(LIST).context["rows"] if row.key_id == three[0]]
    assert row.described
    assert row.last_used is None
    assert "kms:GetKeyLastUsage" in row.usage_denied


def test_the_last_uses_of_a_page_are_one_query(people, signed_in, three):
    client = signed_in(people.ada)
    show_columns(client, "last-used")

    def queries() -> int:
        client.get(LIST)
        with CaptureQueriesContext(connection) as seen:
            client.get(LIST)
        return len(seen)

    few = queries()
    for _ in range(5):
        run_as(people.ada, "Encrypt", {"KeyId": make_key(people.ada)["KeyId"], "Plaintext": b"x"})
    assert queries() == few


def test_the_expiration_of_imported_material_stands_in_the_list(people, signed_in):
    then = clock.account_time(0) + days(30)
    key_id = external_key(people.ada)["KeyId"]
    import_into(people.ada, key_id, bytes(32), ValidTo=then.timestamp())
    client = signed_in(people.ada)
    show_columns(client, "expires")
    assert f"{then:%Y-%m-%d %H:%M} (UTC)" in client.get(LIST).content.decode()


def test_the_page_before_a_deletion_tells_of_recent_use(people, signed_in, three):
    run_as(people.ada, "Encrypt", {"KeyId": three[0], "Plaintext": b"x"})
    text = signed_in(people.ada).get("/kms/keys/schedule-deletion", {"ids": three}).content.decode()
    assert "1 of these keys was used in the last 30 days." in text
    assert "Just now" in text


def test_a_primary_key_with_replicas_is_told_to_wait_for_them(people, signed_in, settings):
    settings.KMS_REPLICATION_SECONDS = 0
    key_id, client = replicated_key(people.ada), signed_in(people.ada)
    page = client.get("/kms/keys/schedule-deletion", {"ids": [key_id]}).content.decode()
    assert "1 of these keys is a primary key with replicas." in page
    chosen = {"ids": [key_id], "days": "9", "confirm": "on"}
    told = client.post("/kms/keys/schedule-deletion", chosen, follow=True).content.decode()
    assert "1 key will be deleted 9 days after its last replica key is deleted." in told
    assert "scheduled for deletion on" not in told
