"""The replicate wizard: the create-key wizard's steps over what the primary key has. Source: console.md 2.13."""

import json

import pytest
from django.core.management import call_command

from audit.changes import Touched
from core.policy.wizard import build_console_policy
from keys.models import WizardDraft
from operations.changes import configuration_change
from tests.builders import hire, make_key, policy_of, run_as, statement
from tests.console.wizard import Wizard
from tests.operations.imports import import_into
from tests.operations.regions import AWAY, FAR, metadata, primary_key
from tests.people import ACCOUNT, OTHER_ACCOUNT, REGION, new_person

STEPS = ["regions", "labels", "administrators", "users", "policy", "review"]


@pytest.fixture(autouse=True)
def at_once(settings):
    settings.KMS_REPLICATION_SECONDS = 0


def console_policy(administrators, users, accounts=(), *, deletion: bool = False) -> str:
    """The policy of a primary key that the create-key wizard has made."""
    return json.dumps(
        build_console_policy(
            ACCOUNT,
            "SYMMETRIC_DEFAULT",
            "ENCRYPT_DECRYPT",
            "AWS_KMS",
            True,
            [person.arn for person in administrators],
            [person.arn for person in users],
            accounts,
            deletion,
        )
    )


def to_replicate_the_payroll_key(people, client) -> Wizard:
    made = primary_key(
        people.ada,
        Description="payroll",
        Tags=[{"TagKey": "team", "TagValue": "hr"}],
        Policy=console_policy([people.alice], [people.bob], [OTHER_ACCOUNT]),
    )["KeyId"]
    run_as(people.ada, "CreateAlias", {"AliasName": "alias/payroll", "TargetKeyId": made})
    return replicate(client, made)


def replicate(client, key_id: str, region: str = REGION) -> Wizard:
    return Wizard(client, f"/kms/keys/{key_id}/replicate?region={region}")


@pytest.fixture
def wizard(wizard_after) -> Wizard:
    """Ada at the first step."""
    return wizard_after(to_replicate_the_payroll_key)


@pytest.fixture
def key_id(wizard) -> str:
    """Ada's primary key, which Alice administers and Bob and another account use."""
    return wizard.base.split("/")[3]


def policy(person, key_id: str, region: str) -> dict:
    return json.loads(run_as(person, "GetKeyPolicy", {"KeyId": key_id}, region=region)["Policy"])


def replications(person) -> list[dict]:
    """The records of ReplicateKey, the newest first."""
    asked = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "ReplicateKey"}]}
    return [json.loads(event["CloudTrailEvent"]) for event in run_as(person, "LookupEvents", asked)["Events"]]


# --- what it begins with ----------------------------------------------------------------------------------------------
def test_the_steps_are_those_of_the_create_wizard_after_the_regions(wizard):
    assert [str(step.label) for step in wizard.last.context["steps"]] == [
        "Select Regions",
        "Add labels",
        "Define key administrative permissions",
        "Define key usage permissions",
        "Edit key policy",
        "Review",
    ]
    assert [step.optional for step in wizard.last.context["steps"]] == [False, False, True, True, True, False]
    walked = [wizard.step]
    wizard.next(regions=[AWAY])
    while wizard.step != "review":
        walked.append(wizard.step)
        wizard.next()
    assert [*walked, "review"] == STEPS


def test_a_region_with_a_related_key_is_listed_but_cannot_be_chosen(signed_in, people, key_id):
    run_as(people.ada, "ReplicateKey", {"KeyId": key_id, "ReplicaRegion": FAR})
    wizard = replicate(signed_in(people.ada), key_id)
    disabled = {option.value: str(option.description) for option in wizard.form.options if option.disabled}
    assert set(disabled) == {REGION, FAR}
    assert "Primary key" in disabled[REGION]
    assert "Replica key" in disabled[FAR]
    wizard.next(regions=[FAR])
    assert wizard.last.status_code == 422
    assert "cannot have a replica key by now" in wizard.text


def test_labels_and_people_begin_as_those_of_the_primary_key(wizard, people):
    wizard.next(regions=[AWAY])
    assert wizard.form.values["alias"] == ["payroll"]
    assert wizard.form.values["description"] == ["payroll"]
    assert wizard.form.tags == [("team", "hr")]
    wizard.next()
    assert wizard.form.chosen == [people.alice.principal.unique_id]
    assert "allow_deletion" not in wizard.form.values or wizard.form.values["allow_deletion"] == []
    wizard.next()
    assert wizard.form.chosen == [people.bob.principal.unique_id]
    assert wizard.form.accounts == [OTHER_ACCOUNT]


def test_without_a_change_the_policy_is_the_primarys(wizard, people, key_id):
    wizard.next(regions=[AWAY]).to("review", labels={"alias": "payroll"}).finish()
    assert policy(people.ada, key_id, AWAY) == policy(people.ada, key_id, REGION)


def test_a_primary_policy_of_an_older_console_keeps_its_actions(signed_in, people):
    older = json.loads(console_policy([people.alice], [people.bob]))
    older["Statement"][1]["Action"].remove("kms:RotateKeyOnDemand")
    made = primary_key(people.ada, Policy=json.dumps(older))["KeyId"]
    wizard = replicate(signed_in(people.ada), made).next(regions=[AWAY])
    wizard.to("review", labels={"alias": "mine"}, administrators={"chosen": [people.alice, people.mallory]}).finish()
    administration = policy(people.ada, made, AWAY)["Statement"][1]
    assert "kms:RotateKeyOnDemand" not in administration["Action"]
    assert administration["Principal"]["AWS"] == [people.alice.arn, people.mallory.arn]


def test_somebody_who_was_deleted_is_left_out(signed_in, people):
    gone = new_person("Gone")
    made = primary_key(people.ada, Policy=console_policy([people.alice, gone], [people.bob]))["KeyId"]
    with configuration_change((Touched.IAM, ACCOUNT)):
        gone.principal.delete()
    wizard = replicate(signed_in(people.ada), made).next(regions=[AWAY]).to("administrators")
    assert wizard.form.chosen == [people.alice.principal.unique_id]
    wizard.to("review").finish()
    assert policy(people.ada, made, AWAY)["Statement"][1]["Principal"]["AWS"] == people.alice.arn


# --- a customised policy ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("custom", ["another statement", "an account among the users is the own one"])
def test_a_customised_policy_skips_the_people_and_stands_in_the_policy_step(signed_in, people, custom):
    own = policy_of(statement(ACCOUNT, "kms:*", Sid="Own"))
    if custom != "another statement":
        own = console_policy([people.alice], [], [ACCOUNT])
    made = primary_key(people.ada, Policy=own)["KeyId"]
    wizard = replicate(signed_in(people.ada), made)
    assert len(wizard.last.context["steps"]) == 4
    wizard.next(regions=[AWAY]).next(alias="mine")
    assert wizard.step == "policy"
    assert json.loads(wizard.last.context["plan"].policy) == policy(people.ada, made, REGION)
    assert wizard.open("administrators").last.status_code == 404
    wizard.open("policy").next().finish()
    assert policy(people.ada, made, AWAY) == policy(people.ada, made, REGION)


def test_a_customised_policy_can_be_edited_for_the_replicas(signed_in, people):
    made = primary_key(people.ada, Policy=policy_of(statement(ACCOUNT, "kms:*", Sid="Own")))["KeyId"]
    wizard = replicate(signed_in(people.ada), made).next(regions=[AWAY]).next(alias="mine")
    edited = policy_of(statement(ACCOUNT, "kms:*", Sid="Copy"))
    wizard.open("policy", edit="1").next(document=edited)
    wizard.finish()
    assert policy(people.ada, made, AWAY)["Statement"][0]["Sid"] == "Copy"
    assert policy(people.ada, made, REGION)["Statement"][0]["Sid"] == "Own"


def test_who_may_not_read_the_policy_begins_with_empty_lists(signed_in, people, key_id):
    rob = hire("Rob", allow=["kms:CreateKey", "kms:CreateAlias"])
    allowed = statement(rob.arn, "kms:ReplicateKey", "kms:DescribeKey", "kms:CreateAlias")
    made = primary_key(people.ada, Policy=policy_of(statement(ACCOUNT, "kms:*"), allowed))["KeyId"]
    wizard = replicate(signed_in(rob), made).next(regions=[AWAY])
    wizard.to("administrators", labels={"alias": "mine"})
    assert "could not be read" in wizard.text
    assert wizard.form.chosen == []


# --- checks -----------------------------------------------------------------------------------------------------------
def test_each_step_is_checked_on_next(wizard):
    assert wizard.next().last.status_code == 422
    assert "Choose at least one Region." in wizard.text
    wizard.next(regions=[AWAY])
    assert wizard.next(alias="aws/mine").last.status_code == 422
    assert wizard.step == "labels"


def test_a_taken_alias_is_found_in_every_chosen_region(wizard, people):
    make_key(people.ada, alias="payroll", region=FAR)
    wizard.next(regions=[AWAY, FAR]).next()
    assert wizard.last.status_code == 422
    assert f"An alias with this name already exists in {FAR}" in wizard.text


def test_a_policy_that_locks_out_its_writer_is_found(wizard, people):
    wizard.next(regions=[AWAY]).to("policy")
    wizard.open("policy", edit="1").next(document=policy_of(statement(people.bob.arn, "kms:Encrypt")))
    assert wizard.last.status_code == 422
    assert "you could not change the key policy any more" in wizard.text


def test_a_chosen_region_is_taken_out_by_its_token(wizard):
    wizard.press({}, regions=[AWAY, FAR])
    assert "Remove" in wizard.text
    wizard.press({"remove_region": AWAY})
    assert wizard.form.chosen == [FAR]


def test_reload_and_previous_lose_nothing(wizard, people):
    wizard.next(regions=[AWAY]).next(description="a copy").next(chosen=[people.alice, people.mallory]).next()
    wizard.previous().previous()
    assert wizard.reload().form.chosen == [people.alice.principal.unique_id, people.mallory.principal.unique_id]
    assert wizard.open("labels").form.values["description"] == ["a copy"]
    assert wizard.open("regions").form.chosen == [AWAY]


def test_a_change_of_the_lists_after_an_edit_asks(wizard, people):
    wizard.next(regions=[AWAY]).to("policy")
    wizard.open("policy", edit="1").next(document=policy_of(statement(ACCOUNT, "kms:*", Sid="Edit")))
    wizard.open("users").next(chosen=[])
    assert "Generate the key policy again?" in wizard.text


# --- Finish -----------------------------------------------------------------------------------------------------------
def test_the_review_shows_everything_and_leads_back(wizard):
    wizard.next(regions=[AWAY, FAR]).to("review")
    for words in ("Europe (Frankfurt) eu-central-1", "payroll", "team", "Alice", "Bob", OTHER_ACCOUNT, "Finish"):
        assert words in wizard.text
    for step in STEPS[:-1]:
        assert f"{wizard.base}/{step}?" in wizard.text


def test_finish_makes_a_replica_and_an_alias_in_each_region(wizard, people, key_id):
    wizard.next(regions=[AWAY, FAR]).next(description="a copy").to("review")
    answer = wizard.finish()
    assert answer.redirect_chain[-1][0].endswith("tab=regionality")
    for region in (AWAY, FAR):
        assert f"A replica key was created in {region}." in answer.content.decode()
        assert metadata(people.ada, key_id, region)["Description"] == "a copy"
        (alias,) = run_as(people.ada, "ListAliases", region=region)["Aliases"]
        assert (alias["AliasName"], alias["TargetKeyId"]) == ("alias/payroll", key_id)
        assert run_as(people.ada, "ListResourceTags", {"KeyId": key_id}, region=region)["Tags"] == [
            {"TagKey": "team", "TagValue": "hr"}
        ]
    assert len(replications(people.ada)) == 2


def test_a_second_finish_makes_nothing(wizard, people, key_id):
    wizard.next(regions=[AWAY]).to("review")
    review = wizard.address
    wizard.finish()
    again = wizard.client.post(review, {"go": "next"}, follow=True)
    assert "were created from these entries" in again.content.decode()
    assert len(replications(people.ada)) == 1


def test_a_refused_region_stays_in_the_draft_and_the_others_are_made(wizard, people, key_id, settings):
    settings.KMS_MAX_KEYS = 1
    make_key(people.ada, region=FAR)
    wizard.next(regions=[AWAY, FAR]).to("review", labels={"alias": "payroll"}).finish()
    assert f"Failed to create a replica key in {FAR}" in wizard.text
    assert f"A replica key was created in {AWAY}." in wizard.text
    assert wizard.open("regions").form.values["regions"] == [FAR]
    assert [event.get("errorCode") for event in replications(people.ada)] == ["LimitExceededException", None]


def test_replicas_of_imported_material_await_it(signed_in, people):
    made = primary_key(people.ada, Origin="EXTERNAL")["KeyId"]
    import_into(people.ada, made, bytes(32))
    wizard = replicate(signed_in(people.ada), made).next(regions=[AWAY]).to("review", labels={"alias": "mine"})
    assert "Each replica awaits the key material" in wizard.text
    wizard.finish()
    assert metadata(people.ada, made, AWAY)["KeyState"] == "PendingImport"


def test_while_a_replica_is_created_the_tab_looks_again_and_then_tells(wizard, people, key_id, settings):
    settings.KMS_REPLICATION_SECONDS = 3600
    wizard.next(regions=[AWAY]).to("review")
    page = wizard.finish().content.decode()
    assert f"A replica key is being created in {AWAY}." in page
    assert f"creating={AWAY}" in page
    address = f"/kms/keys/{key_id}?region={REGION}&tab=regionality&creating={AWAY}"
    htmx = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "tab-region"}
    assert "was created" not in wizard.client.get(address, **htmx).content.decode()
    call_command("move_clock", ACCOUNT, "--days", "1")
    assert wizard.client.get(address, **htmx).headers["HX-Refresh"] == "true"
    told = wizard.client.get(f"/kms/keys/{key_id}?region={REGION}&tab=regionality").content.decode()
    assert f"A replica key was created in {AWAY}." in told
    assert 'hx-trigger="every' not in told


# --- who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["bob", "mallory"])
def test_who_may_not_replicate_is_told_and_leaves_no_draft(signed_in, people, key_id, name):
    client = signed_in(getattr(people, name))
    answer = client.get(f"/kms/keys/{key_id}/replicate?region={REGION}")
    assert answer.status_code == 403
    assert WizardDraft.objects.count() == 0


def test_a_draft_is_its_owners_and_of_its_key_alone(wizard, people, signed_in, key_id):
    wizard.next(regions=[AWAY])
    other = primary_key(people.ada)["KeyId"]
    assert wizard.client.get(wizard.address.replace(key_id, other)).status_code == 404
    create = f"/kms/keys/create/{wizard.draft_id}/labels?region={REGION}"
    assert wizard.client.get(create).status_code == 404
    zoe = new_person("Zoe", managed="arn:aws:iam::aws:policy/AdministratorAccess")
    assert signed_in(zoe).get(wizard.address).status_code == 404


def test_a_draft_of_a_new_key_is_no_draft_of_replicas(signed_in, people, key_id):
    create = Wizard(signed_in(people.ada)).next()
    address = f"/kms/keys/{key_id}/replicate/{create.draft_id}/labels?region={REGION}"
    assert create.client.get(address).status_code == 404


def test_a_key_that_is_no_primary_cannot_be_replicated(signed_in, people, key_id):
    client = signed_in(people.ada)
    assert client.get(f"/kms/keys/{make_key(people.ada)['KeyId']}/replicate").status_code == 403
    run_as(people.ada, "ReplicateKey", {"KeyId": key_id, "ReplicaRegion": AWAY})
    assert client.get(f"/kms/keys/{key_id}/replicate?region={AWAY}").status_code == 403


def test_the_policy_is_checked_while_typing_for_the_replica(wizard, people, key_id):
    address = f"/kms/keys/{key_id}/policy/lint/{AWAY}?region={REGION}"
    found = wizard.client.post(address, {"document": policy_of(statement(people.bob.arn, "kms:Encrypt"))}).json()
    assert "could not change the key policy" in found[0]["message"]
