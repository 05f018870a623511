"""The pages about users: what is listed, who may press what, and what a whole errand leaves behind."""

import json
import re
from html import unescape
from urllib.parse import unquote

import pytest

from accounts import queries
from accounts.models import AccessKey
from tests.builders import run_as
from tests.clients import Client
from tests.people import ACCOUNT

READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
PASSWORD = "correct Horse 7 battery"


@pytest.fixture
def ada(signed_in, people):
    """The console of the account's administrator."""
    return signed_in(people.ada)


def text(answer):
    return unescape(re.sub(r"\s+", " ", answer.content.decode()))


def policies_of(people, name):
    attached = run_as(people.ada, "ListAttachedUserPolicies", {"UserName": name})["AttachedPolicies"]
    return {policy["PolicyName"] for policy in attached}


def test_who_is_not_signed_in_is_sent_to_sign_in(client, people):
    for path in ("/iam/users", "/iam/groups", "/iam/roles", "/iam/policies", "/account", "/iam/users/create"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, f"/signin?next={path}")


def test_the_list_has_everybody_of_the_own_account(ada):
    page = text(ada.get("/iam/users"))
    for name in ("Ada", "Alice", "Bob", "Carol", "Mallory"):
        assert f"Select user {name}" in page
    assert "Olga" not in page
    assert "Global" in page
    for column in ("User name", "Path", "Groups", "Password age", "Access key ID", "Active key age", "ARN"):
        assert column in page


def test_search_narrows_the_list_and_htmx_gets_the_region_alone(ada):
    page = ada.get("/iam/users", {"filter": "ali"})
    assert "Select user Alice" in text(page) and "Select user Bob" not in text(page)
    region = ada.get("/iam/users", {"filter": "ali"}, headers={"HX-Request": "true"})
    assert "<html" not in region.content.decode() and "Select user Alice" in text(region)
    assert "HX-Request" in region["Vary"]


def test_the_list_costs_the_same_for_more_users(ada, people, django_assert_max_num_queries):
    ada.get("/iam/users")
    with django_assert_max_num_queries(40) as few:
        ada.get("/iam/users")
    for number in range(10):
        run_as(people.ada, "CreateUser", {"UserName": f"user{number}"})
    ada.get("/iam/users")
    with django_assert_max_num_queries(40) as more:
        ada.get("/iam/users")
    assert len(more) == len(few)


def test_who_may_not_list_users_is_told_who_why_and_what_helps(signed_in, people):
    page = text(signed_in(people.mallory).get("/iam/users"))
    assert "iam:ListUsers" in page
    assert people.mallory.arn in page
    assert "Select user" not in page
    assert 'aria-disabled="true"' in page


def test_a_user_is_created_in_four_steps(ada, people):
    run_as(people.ada, "CreateGroup", {"GroupName": "readers"})
    details = {"step": "1", "user_name": "Dora", "console": "on", "password_kind": "auto", "must_change": "on"}
    second = ada.post("/iam/users/create", {**details, "move": "next"})
    assert "Set permissions" in text(second) and "Select readers" in text(second)
    chosen = {**details, "permissions": "group", "group": "readers"}
    review = ada.post("/iam/users/create", {**chosen, "step": "2", "move": "next"})
    assert "Review and create" in text(review) and "readers" in text(review)
    assert queries.find_user(ACCOUNT, "Dora") is None
    tags = {"tag_key": ["team", ""], "tag_value": ["blue", ""]}
    last = ada.post("/iam/users/create", {**chosen, **tags, "step": "3", "move": "create"})
    page = text(last)
    assert "Retrieve password" in page and "Download .csv file" in page and "Show" in page
    user = queries.find_user(ACCOUNT, "Dora")
    password = re.search(r'reveal__secret" lang="en">([^<]+)<', page)[1]
    assert user.check_password(password)
    assert user.must_change_password and user.tags == {"team": "blue"}
    assert [group.name for group in queries.groups_of_user(user.pk)] == ["readers"]
    assert policies_of(people, "Dora") == {"IAMUserChangePassword"}
    file = unquote(re.search(r'href="data:text/csv;charset=utf-8,([^"]+)"', page)[1])
    assert file.splitlines()[1].startswith(f"Dora,{password},http://testserver/signin?account={ACCOUNT}")
    assert "no-store" in last["Cache-Control"]


def test_a_name_that_cannot_be_is_told_at_its_field(ada):
    answer = ada.post("/iam/users/create", {"step": "1", "user_name": "no spaces", "move": "next"})
    assert answer.status_code == 422
    assert "failed to satisfy constraint" in text(answer) and 'aria-invalid="true"' in text(answer)
    taken = ada.post("/iam/users/create", {"step": "3", "user_name": "bob", "move": "create"})
    assert (taken.status_code, "User with name bob already exists." in text(taken)) == (422, True)


def test_permissions_are_copied_from_another_user(ada, people):
    document = json.dumps({"Statement": {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}})
    run_as(people.ada, "PutUserPolicy", {"UserName": "Bob", "PolicyName": "own", "PolicyDocument": document})
    run_as(people.ada, "AttachUserPolicy", {"UserName": "Bob", "PolicyArn": READ_ONLY})
    form = {"step": "3", "user_name": "Dora", "permissions": "copy", "copy_from": "Bob", "move": "create"}
    assert ada.post("/iam/users/create", form)["Location"] == "/iam/users/details/Dora"
    assert policies_of(people, "Dora") == {"IAMReadOnlyAccess"}
    assert run_as(people.ada, "ListUserPolicies", {"UserName": "Dora"})["PolicyNames"] == ["own"]


def test_a_weak_custom_password_leaves_the_user_without_console_access(ada):
    form = {"step": "3", "user_name": "Dora", "console": "on", "password_kind": "custom", "password": "weak"}
    answer = ada.post("/iam/users/create", {**form, "move": "create"}, follow=True)
    assert "created without console access" in text(answer) and "minimum length of 8" in text(answer)
    assert not queries.find_user(ACCOUNT, "Dora").console_access


def test_who_may_not_create_users_makes_none(signed_in, people):
    console = signed_in(people.mallory)
    answer = console.post("/iam/users/create", {"step": "3", "user_name": "Dora", "move": "create"})
    assert answer.status_code == 422
    assert "iam:CreateUser" in text(answer)
    assert queries.find_user(ACCOUNT, "Dora") is None


def test_deleting_takes_the_typed_name_and_everything_of_the_user(ada, people):
    run_as(people.ada, "AttachUserPolicy", {"UserName": "Bob", "PolicyArn": READ_ONLY})
    assert "To confirm deletion, enter Bob" in text(ada.get("/iam/users/delete", {"user": "Bob"}))
    wrong = ada.post("/iam/users/delete", {"user": "Bob", "confirmation": "bob"})
    assert wrong.status_code == 422
    assert queries.find_user(ACCOUNT, "Bob") is not None
    done = ada.post("/iam/users/delete", {"user": "Bob", "confirmation": "Bob"}, follow=True)
    assert "User Bob deleted." in text(done)
    assert queries.find_user(ACCOUNT, "Bob") is None


def test_deletion_stops_at_the_first_refusal(signed_in, people):
    document = {"Effect": "Allow", "Action": ["iam:List*", "iam:Get*"], "Resource": "*"}
    text_of = json.dumps({"Version": "2012-10-17", "Statement": document})
    run_as(people.ada, "PutUserPolicy", {"UserName": "Mallory", "PolicyName": "read", "PolicyDocument": text_of})
    console = signed_in(people.mallory)
    done = console.post("/iam/users/delete", {"user": "Bob", "confirmation": "Bob"}, follow=True)
    assert "User Bob was not deleted" in text(done) and "iam:DeleteAccessKey" in text(done)
    assert AccessKey.objects.filter(principal__name="Bob").exists()


def test_the_permissions_tab_shows_what_reaches_the_user_and_how(ada, people):
    run_as(people.ada, "CreateGroup", {"GroupName": "readers"})
    run_as(people.ada, "AttachGroupPolicy", {"GroupName": "readers", "PolicyArn": READ_ONLY})
    run_as(people.ada, "AddUserToGroup", {"GroupName": "readers", "UserName": "Carol"})
    page = text(ada.get("/iam/users/details/Carol"))
    assert "AWSCloudTrail_ReadOnlyAccess" in page and "Directly" in page
    assert "IAMReadOnlyAccess" in page and "Group readers" in page


def test_policies_are_attached_and_removed(ada, people):
    path = "/iam/users/details/Bob/policies"
    found = ada.post(f"{path}/attach", {"picker": "policy", "policy_text": "iam readonly"})
    assert "Select IAMReadOnlyAccess" in text(found) and "Select ReadOnlyAccess" not in text(found)
    assert policies_of(people, "Bob") == set()
    ada.post(f"{path}/attach", {"policy": READ_ONLY})
    assert policies_of(people, "Bob") == {"IAMReadOnlyAccess"}
    ada.post(f"{path}/remove", {"policy": READ_ONLY})
    assert policies_of(people, "Bob") == set()


def test_what_is_chosen_on_another_page_of_the_picker_stays_chosen(ada):
    page = text(ada.post("/iam/users/details/Bob/policies/attach", {"picker": "policy:2", "policy": READ_ONLY}))
    assert page.count(f'value="{READ_ONLY}"') == 1


def test_an_inline_policy_is_written_edited_and_removed(ada, people):
    path = "/iam/users/details/Bob/policies"
    document = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "x", "Resource": "*"}})
    wrong = ada.post(f"{path}/inline", {"policy_name": "own", "policy_document": document})
    assert (wrong.status_code, "prefaced by a vendor" in text(wrong)) == (422, True)
    right = document.replace('"x"', '"kms:ListKeys"')
    assert ada.post(f"{path}/inline", {"policy_name": "own", "policy_document": right}).status_code == 302
    assert "kms:ListKeys" in text(ada.get(f"{path}/inline", {"policy": "own"}))
    ada.post(f"{path}/remove", {"policy": "inline:own"})
    assert run_as(people.ada, "ListUserPolicies", {"UserName": "Bob"})["PolicyNames"] == []


def test_groups_tags_and_boundary_are_changed(ada, people):
    run_as(people.ada, "CreateGroup", {"GroupName": "readers"})
    base = "/iam/users/details/Bob"
    ada.post(f"{base}/groups/add", {"group": "readers"})
    assert "Select group readers" in text(ada.get(base, {"tab": "groups"}))
    ada.post(f"{base}/groups/remove", {"group": "readers"})
    ada.post(f"{base}/tags", {"tag_key": ["team", "old"], "tag_value": ["blue", "x"]})
    ada.post(f"{base}/tags", {"tag_key": ["team"], "tag_value": ["red"]})
    ada.post(f"{base}/boundary", {"policy": READ_ONLY})
    user = queries.find_user(ACCOUNT, "Bob")
    assert (queries.groups_of_user(user.pk), user.tags, user.permissions_boundary_arn) == (
        [],
        {"team": "red"},
        READ_ONLY,
    )
    assert READ_ONLY in text(ada.get(base))
    ada.post(f"{base}/boundary/remove")
    assert queries.find_user(ACCOUNT, "Bob").permissions_boundary_arn == ""


def test_a_description_of_an_access_key_that_cannot_be_saved_is_said_to_be_lost(ada, people):
    done = ada.post("/iam/users/details/Bob/access-keys/create", {"move": "create", "description": "x" * 257})
    assert "The description of the key was not saved" in text(done)
    assert len(run_as(people.ada, "ListAccessKeys", {"UserName": "Bob"})["AccessKeyMetadata"]) == 2


def test_an_access_key_is_shown_once_with_its_description(ada, people):
    base = "/iam/users/details/Carol/access-keys"
    assert ada.post(f"{base}/create", {"move": "next", "use_case": "cli"}).status_code == 422
    second = ada.post(f"{base}/create", {"move": "next", "use_case": "cli", "confirmed": "on"})
    assert "Set description tag - optional" in text(second)
    done = ada.post(f"{base}/create", {"move": "create", "description": "laptop"})
    page = text(done)
    assert "Retrieve access keys" in page and "Download .csv file" in page and "no-store" in done["Cache-Control"]
    key = AccessKey.objects.filter(principal__name="Carol").last()
    from keys import custody

    secret = custody.open_access_key(key)
    assert secret in page
    tab = text(ada.get("/iam/users/details/Carol", {"tab": "security"}))
    assert key.access_key_id in tab and "laptop" in tab and secret not in tab


def test_an_access_key_is_deactivated_before_it_is_deleted(ada, people):
    key = people.bob.access_key_id
    base = f"/iam/users/details/Bob/access-keys/{key}"
    assert "Deactivate the access key first." in text(ada.get("/iam/users/details/Bob", {"tab": "security"}))
    ada.post(f"{base}/status", {"status": "Inactive"})
    assert not AccessKey.objects.get(access_key_id=key).active
    assert ada.post(f"{base}/delete", {"confirmation": "AKIA"}).status_code == 422
    ada.post(f"{base}/delete", {"confirmation": key})
    assert not AccessKey.objects.filter(access_key_id=key).exists()


def test_console_access_is_given_and_ended(ada, people):
    run_as(people.ada, "DeleteLoginProfile", {"UserName": "Bob"})
    path = "/iam/users/details/Bob/console-access"
    weak = ada.post(path, {"password_kind": "custom", "password": "weak", "move": "apply"})
    assert (weak.status_code, "minimum length of 8" in text(weak)) == (422, True)
    ada.post(path, {"password_kind": "custom", "password": PASSWORD, "move": "apply"})
    assert queries.find_user(ACCOUNT, "Bob").check_password(PASSWORD)
    ada.post(path, {"move": "disable"})
    assert not queries.find_user(ACCOUNT, "Bob").console_access


def test_a_tab_without_permission_tells_why_and_the_page_stands(signed_in, people):
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}}
    put = {"UserName": "Mallory", "PolicyName": "p", "PolicyDocument": json.dumps(document)}
    run_as(people.ada, "PutUserPolicy", put)
    console = signed_in(people.mallory)
    for tab, action in (("permissions", "iam:ListAttachedUserPolicies"), ("security", "iam:ListAccessKeys")):
        answer = console.get("/iam/users/details/Bob", {"tab": tab})
        assert answer.status_code == 200
        assert action in text(answer)


def test_every_change_takes_a_post_with_a_token(people):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people.ada.principal, backend="kmsconsole.web.authenticate.ConsoleBackend")
    changes = (
        "/iam/users/create",
        "/iam/users/delete",
        "/iam/users/details/Bob/policies/remove",
        "/iam/users/details/Bob/groups/remove",
        "/iam/users/details/Bob/boundary/remove",
        f"/iam/users/details/Bob/access-keys/{people.bob.access_key_id}/status",
        "/iam/groups/create",
        "/iam/roles/create",
        "/iam/policies/create",
        "/signout",
    )
    for path in changes:
        assert strict.post(path, {"user": "Bob", "confirmation": "Bob"}).status_code == 403, path
    assert queries.find_user(ACCOUNT, "Bob") is not None


def test_the_account_menu_leads_to_the_own_credentials(ada):
    assert ada.get("/iam/security-credentials")["Location"] == "/iam/users/details/Ada?tab=security"


def test_the_account_page_tells_id_and_clock(ada, people):
    account = queries.find_account(ACCOUNT)
    account.clock_offset_seconds = 86_400
    account.save()
    page = text(ada.get("/account"))
    assert ACCOUNT in page and people.ada.arn in page and "Clock" in page
