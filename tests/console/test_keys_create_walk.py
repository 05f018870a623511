"""The create-key wizard from end to end: where its buttons lead, what it keeps, and what Finish makes."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from accounts.models import Principal
from audit.changes import Touched
from audit.models import AuditEvent
from keys.models import Alias, KmsKey, WizardDraft
from operations import drafts
from operations.changes import configuration_change
from policies.models import InlinePolicy, PolicyAttachment
from tests.builders import make_key, run_as
from tests.clients import Client
from tests.console.wizard import STEPS, Wizard
from tests.people import ACCOUNT, new_person

CREATE_KEY = [{"AttributeKey": "EventName", "AttributeValue": "CreateKey"}]


def events(person) -> list[str]:
    """The names of the changes that the trail holds, oldest first."""
    found = run_as(
        person, "LookupEvents", {"LookupAttributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]}
    )
    return [event["EventName"] for event in reversed(found["Events"])]


# --- the tutorial -----------------------------------------------------------------------------------------------------
def test_the_tutorials_path_makes_a_key_and_its_alias(wizard, people):
    assert [str(option.label) for option in wizard.form.options["key_type"]] == ["Symmetric", "Asymmetric"]
    usages = ["Encrypt and decrypt", "Generate and verify MAC"]
    assert [str(option.label) for option in wizard.form.options["key_usage"]] == usages
    assert wizard.form.values["key_type"] == ["symmetric"]
    assert [str(option.label) for option in wizard.form.options["origin"]] == [
        "KMS - recommended",
        "External (Import Key material)",
    ]
    assert [str(option.label) for option in wizard.form.options["regionality"]] == [
        "Single-Region key",
        "Multi-Region key",
    ]
    wizard.next()
    wizard.next(alias="myKey", description="For the tutorial", tag_key=["Team"], tag_value=["Blue"])
    wizard.next(chosen=[people.alice], allow_deletion="on")
    wizard.next(chosen=[people.bob])
    wizard.next()
    answer = wizard.finish()
    assert answer.redirect_chain == [("/kms/keys?region=us-east-1", 302)]
    (alias,) = run_as(people.ada, "ListAliases")["Aliases"]
    key = run_as(people.ada, "DescribeKey", {"KeyId": alias["TargetKeyId"]})["KeyMetadata"]
    assert (key["Description"], key["KeySpec"], key["KeyState"]) == ("For the tutorial", "SYMMETRIC_DEFAULT", "Enabled")
    tags = run_as(people.ada, "ListResourceTags", {"KeyId": key["KeyId"]})["Tags"]
    assert tags == [{"TagKey": "Team", "TagValue": "Blue"}]
    text = answer.content.decode()
    assert f"Your AWS KMS key was created with alias myKey and key ID {key['KeyId']}" in text
    assert "View key" in text


def test_finish_leaves_two_events(wizard_at, people):
    wizard = wizard_at("review")
    assert AuditEvent.objects.count() == 0
    wizard.finish()
    assert events(people.ada) == ["CreateKey", "CreateAlias"]


def test_the_key_is_made_in_the_region_of_the_draft(signed_in, people):
    wizard = Wizard(signed_in(people.ada), region="ap-northeast-2").to("review")
    wizard.client.get("/kms/keys?region=eu-west-1")
    wizard.finish()
    assert KmsKey.objects.get().region == "ap-northeast-2"


# --- back, reload, tabs -----------------------------------------------------------------------------------------------
def test_previous_and_reload_keep_everything(wizard, people):
    wizard.to("users", labels={"description": "Sales"}, administrators={"chosen": [people.alice]})
    assert wizard.previous().step == "administrators"
    assert wizard.form.chosen == [people.alice.principal.unique_id]
    assert wizard.previous().step == "labels"
    assert wizard.reload().form.values["alias"] == ["orders"]
    assert wizard.form.values["description"] == ["Sales"]


def test_previous_keeps_what_is_wrong_without_complaining(wizard_at):
    wizard = wizard_at("labels")
    wizard.previous(alias="aws/x").next()
    assert wizard.form.values["alias"] == ["aws/x"]
    assert not wizard.form.errors


def test_a_step_shows_no_errors_before_next(wizard_at):
    wizard = wizard_at("labels")
    assert not wizard.form.errors
    assert "Alias is required" not in wizard.text


def test_two_tabs_of_one_draft_lose_nothing_of_each_other(wizard, people):
    wizard.to("review", administrators={"chosen": [people.alice]})
    first, second = wizard.address_of("labels"), wizard.address_of("users")
    other = Wizard(wizard.client, second)
    one = Wizard(wizard.client, first)
    other.press({"table": "search"}, chosen=[people.bob])
    one.press({"go": "next"}, alias="renamed")
    one.open("review")
    assert one.last.context["plan"].alias == "renamed"
    assert [person.name for person in one.last.context["plan"].people.users] == ["Bob"]


def test_two_wizards_are_two_drafts(wizard):
    other = Wizard(wizard.client)
    wizard.to("administrators", labels={"alias": "first"})
    other.to("administrators", labels={"alias": "second"})
    assert wizard.open("labels").form.values["alias"] == ["first"]
    assert other.open("labels").form.values["alias"] == ["second"]


def test_opening_the_wizard_stores_nothing(wizard):
    assert wizard.reload().step == "configure"
    assert WizardDraft.objects.count() == 0


@pytest.mark.parametrize("step", STEPS[1:])
def test_a_step_that_was_not_reached_leads_to_the_first_open_one(wizard, step):
    assert wizard.open(step).step == "configure"
    wizard.next()
    assert wizard.open(step).step == "labels"


def test_visited_steps_are_links_and_later_ones_text(wizard_at):
    wizard = wizard_at("administrators")
    links = [bool(step.href) for step in wizard.last.context["steps"]]
    assert links == [True, True, False, False, False, False]
    assert 'aria-current="step"' in wizard.text


def test_edit_on_the_review_leads_to_the_step_and_next_comes_back(wizard_at):
    wizard = wizard_at("review")
    for step in STEPS[:-1]:
        assert wizard.last.context["edit"][step] in wizard.text.replace("&amp;", "&")
    wizard.open("labels").next(alias="renamed").open("review")
    assert "renamed" in wizard.text


def test_the_review_sends_back_to_a_step_that_became_wrong(wizard_at, people):
    wizard = wizard_at("review")
    make_key(people.ada, alias="orders")
    assert wizard.reload().step == "labels"
    assert wizard.form.errors["alias"] == ["An alias with this name already exists in this Region"]


def test_an_unknown_step_does_not_exist(wizard):
    assert wizard.client.get(wizard.address_of("nonsense")).status_code == 404


# --- whose draft ------------------------------------------------------------------------------------------------------
def test_another_persons_draft_does_not_exist(wizard_at, people):
    wizard = wizard_at("labels")
    stranger = Client()
    stranger.force_login(people.olga.principal, backend="kmsconsole.web.authenticate.ConsoleBackend")
    for path in ("labels", "configure", "regenerate/labels"):
        address = wizard.address_of(path)
        assert stranger.get(address).status_code == 404
        assert stranger.post(address, {"go": "next", "alias": "mine"}).status_code == 404
    assert wizard.reload().step == "labels"


def test_a_draft_is_not_continued_in_another_region(wizard_at):
    wizard = wizard_at("labels")
    answer = wizard.client.get(wizard.address_of("labels", region="eu-west-1"), follow=True)
    assert answer.redirect_chain == [("/kms/keys?region=eu-west-1", 302)]
    assert "us-east-1" in answer.content.decode()


# --- Finish -----------------------------------------------------------------------------------------------------------
def test_a_second_finish_makes_no_second_key(wizard_at):
    wizard = wizard_at("review")
    address, fields = wizard.address, {"go": "next"}
    wizard.finish()
    again = wizard.client.post(address, fields, follow=True)
    assert KmsKey.objects.count() == 1
    assert KmsKey.objects.get().key_id in again.content.decode()


@pytest.mark.postgres
def test_many_finishes_at_once_make_one_key(wizard_at):
    wizard = wizard_at("review")

    def press(_number: int) -> int:
        client = Client()
        client.cookies = wizard.client.cookies
        try:
            return client.post(wizard.address, {"go": "next"}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(press, range(4))) == {302}
    assert KmsKey.objects.count() == 1
    assert Alias.objects.count() == 1


def test_going_back_after_finish_leads_to_the_list(wizard_at):
    wizard = wizard_at("review")
    labels = wizard.address_of("labels")
    wizard.finish()
    answer = wizard.client.get(labels, follow=True)
    assert answer.redirect_chain == [("/kms/keys?region=us-east-1", 302)]


def test_a_finish_whose_process_died_can_be_tried_again(wizard_at, people):
    wizard = wizard_at("review")
    draft = drafts.open_draft(uuid.UUID(wizard.draft_id), people.ada.caller, "us-east-1")
    assert drafts.claim(draft)
    assert not drafts.claim(draft)
    begun = int(WizardDraft.objects.get().finished_key_id.removeprefix(drafts.CLAIM))
    WizardDraft.objects.update(finished_key_id=f"{drafts.CLAIM}{begun - drafts.CLAIM_SECONDS - 1}")
    wizard.finish()
    assert KmsKey.objects.count() == 1


def test_an_alias_that_is_refused_after_the_key_was_made_is_a_warning(signed_in, people):
    with configuration_change((Touched.IAM, ACCOUNT)):
        document = (
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "kms:CreateAlias", "Resource": "*"}]}'
        )
        InlinePolicy.objects.create(principal=people.ada.principal, name="no-alias", document=document)
    wizard = Wizard(signed_in(people.ada)).to("review")
    text = wizard.finish().content.decode()
    key_id = KmsKey.objects.get().key_id
    assert f"The key {key_id} was created, but the alias orders was not." in text
    assert "kms:CreateAlias" in text
    assert "flash--warning" in text


def test_an_alias_taken_before_finish_makes_no_key(wizard_at, people):
    wizard = wizard_at("review")
    make_key(people.ada, alias="orders")
    assert wizard.press({"go": "next"}).step == "labels"
    assert "An alias with this name already exists in this Region" in wizard.text
    assert KmsKey.objects.count() == 1


# --- permission -------------------------------------------------------------------------------------------------------
def test_who_may_not_create_keys_is_told_why_at_the_start(signed_in, people):
    answer = signed_in(people.mallory).get("/kms/keys/create")
    text = answer.content.decode()
    assert answer.status_code == 403
    for part in (people.mallory.arn, "kms:CreateKey", "No IAM policy of"):
        assert part in text
    assert ">Next<" not in text


def test_next_and_finish_are_refused_by_the_service(wizard, people, signed_in):
    address = wizard.to("review").address
    signed_in(people.mallory)
    first = wizard.client.post(f"/kms/keys/create/{uuid.uuid4()}/configure?region=us-east-1", {"go": "next"})
    assert first.status_code == 403
    assert "kms:CreateKey" in first.content.decode()
    assert wizard.client.post(address, {"go": "next"}).status_code == 404
    assert KmsKey.objects.count() == 0


def test_a_permission_that_is_lost_on_the_way_stops_finish_and_keeps_the_draft(wizard_at, people):
    wizard = wizard_at("review")
    with configuration_change((Touched.IAM, ACCOUNT)):
        PolicyAttachment.objects.filter(principal=people.ada.principal).delete()
    wizard.press({"go": "next"})
    assert wizard.last.status_code == 403
    assert "kms:CreateKey" in wizard.text
    assert KmsKey.objects.count() == 0
    (refusal,) = run_as(people.carol, "LookupEvents", {"LookupAttributes": CREATE_KEY})["Events"]
    assert '"errorCode":"AccessDenied' in refusal["CloudTrailEvent"].replace(" ", "")
    assert wizard.open("labels").form.values["alias"] == ["orders"]


def test_strangers_are_sent_to_sign_in(client, installation):
    answer = client.get("/kms/keys/create")
    assert answer.headers["Location"].startswith("/signin")


# --- imported and multi-Region keys -----------------------------------------------------------------------------------
def test_an_external_key_needs_the_acknowledgement_and_awaits_its_material(wizard, people):
    wizard.next(origin="EXTERNAL")
    assert wizard.last.status_code == 422
    assert "acknowledged" in wizard.form.errors
    assert "durability implications" in wizard.text
    wizard.to("review", configure={"origin": "EXTERNAL", "acknowledged": "on"})
    answer = wizard.finish()
    key = KmsKey.objects.get()
    assert (key.origin, key.state) == ("EXTERNAL", "PendingImport")
    assert answer.redirect_chain == [(f"/kms/keys/{key.key_id}/import?region=us-east-1", 302)]


def test_a_multi_region_key_is_a_primary_key(wizard, people):
    wizard.to("review", configure={"regionality": "multi-region"})
    wizard.finish()
    assert KmsKey.objects.get().multi_region_key_type == "PRIMARY"


# --- forged posts -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key_type", "quantum"),
        ("key_usage", "SIGN_VERIFY"),
        ("key_spec", "RSA_2048"),
        ("origin", "AWS_CLOUDHSM"),
        ("regionality", "every-region"),
    ],
)
def test_what_is_not_offered_cannot_be_forged(wizard, field, value):
    wizard.next(**{field: value})
    assert wizard.last.status_code == 422
    assert field in wizard.form.errors
    assert wizard.open("labels").step == "configure"


def test_next_without_the_earlier_steps_is_not_taken(wizard):
    answer = wizard.client.post(wizard.address_of("review"), {"go": "next"})
    assert answer.headers["Location"] == wizard.address_of("configure")
    assert KmsKey.objects.count() == 0


def test_a_post_needs_its_csrf_token(people):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.ada.principal, backend="kmsconsole.web.authenticate.ConsoleBackend")
    answer = client.post(f"/kms/keys/create/{uuid.uuid4()}/configure?region=us-east-1", {"go": "next"})
    assert answer.status_code == 403
    assert WizardDraft.objects.count() == 0


# --- cost -------------------------------------------------------------------------------------------------------------
def test_a_step_costs_as_many_queries_in_a_large_account(wizard_at, people):
    wizard = wizard_at("administrators")
    few = queries_of(wizard)
    for number in range(40):
        new_person(f"worker-{number:02}")
    assert Principal.objects.filter(account_id=ACCOUNT).count() > 40
    assert queries_of(wizard) == few


def queries_of(wizard: Wizard) -> int:
    with CaptureQueriesContext(connection) as captured:
        wizard.reload()
    return len(captured)
