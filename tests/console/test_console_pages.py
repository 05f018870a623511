"""Pages that belong to no service: home, search, settings, what the footer links to, and errors."""

import re
from html import unescape
from pathlib import Path

import pytest
from django.urls import get_resolver

from core import service_model
from kmsconsole.web.pages.conformance import TITLES, read_conformance
from kmsconsole.web.pages.licences import USES, python_packages, vendored
from kmsconsole.web.pages.search_catalogue import find_entries, plain
from tests.builders import make_key
from tests.clients import Client

pytestmark = pytest.mark.django_db
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def results_of(page) -> list[str]:
    assert page.status_code == 200
    return re.findall(r'<span class="search-result__label">([^<]+?)\s*<', page.content.decode())


def test_home_leads_to_every_service(people, signed_in):
    page = signed_in(people.mallory).get("/").content.decode()
    for address in ("/kms/home", "/iam/users", "/cloudtrail/events"):
        assert f'href="{address}' in page


@pytest.mark.parametrize("path", ["/", "/console/search", "/console/settings", "/console/cloudshell"])
def test_who_is_not_signed_in_is_sent_to_sign_in(people, client, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/signin")


@pytest.mark.parametrize("name", ["licences", "feedback", "privacy", "terms", "cookies"])
def test_what_the_footer_links_to_is_open_to_everybody(people, client, name):
    assert client.get(f"/console/{name}").status_code == 200


def conformance_page(client, tab: str = "") -> str:
    answer = client.get("/console/conformance", {"tab": tab} if tab else {})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_conformance_page_has_every_operation_and_leads_to_each_difference(people, client):
    page, differences = conformance_page(client), conformance_page(client, "differences")
    rows = re.findall(r'<tr class="table__row"><td>(\w+)</td>', page)
    assert tuple(rows) == service_model.operation_names()
    named = {*re.findall(r"tab=differences#([a-z0-9-]+)", page)}
    assert {"custom-key-stores", "sm2"} <= named
    assert named <= {*re.findall(r'class="anchored" id="([a-z0-9-]+)"', differences)}
    assert all(entry["title"] in unescape(differences) for entry in listed_differences())


def listed_differences() -> list[dict[str, str]]:
    return [entry for section in read_conformance()["differences"] for entry in section["entries"]]


def test_the_conformance_page_counts_what_was_tested(people, client):
    found, page = read_conformance(), conformance_page(client, "tests")
    assert f"{found['cells']}</" in page
    for table in found["tables"]:
        assert f"{table['title']}</td><td>{table['rows']}<" in page


def test_the_titles_of_the_conformance_page_can_be_translated():
    found = read_conformance()
    assert {entry["title"] for part in ("items", "tables", "differences") for entry in found[part]} == TITLES


@pytest.mark.parametrize("topic", ["console", "key-policy", "conformance"])
def test_the_help_panel_leads_to_the_conformance_page(people, signed_in, topic):
    panel = signed_in(people.ada).get(f"/console/help/{topic}").content.decode()
    assert 'href="/console/conformance' in panel


@pytest.mark.parametrize(
    "text", ["KMS", "kms", "Key Management Service", "키 관리 서비스", "CMK", "mã hóa", "ma hoa", "해독"]
)
def test_the_service_is_found_first_by_each_of_its_names(text):
    assert find_entries(text)[0].label == "Key Management Service"


@pytest.mark.parametrize(
    ("text", "label"),
    [("이벤트 기록", "Event history"), ("khóa do khách hàng quản lý", "Customer managed keys"), ("사용자", "Users")],
)
def test_pages_are_found_in_korean_and_vietnamese(text, label):
    assert label in [str(entry.label) for entry in find_entries(text)]


def test_vietnamese_is_found_without_its_marks():
    assert plain("Khóa do khách hàng quản lý") == "khoa do khach hang quan ly"


def test_nothing_is_found_by_nothing():
    assert find_entries("  ") == []
    assert find_entries("no such thing at all") == []


def test_keys_and_users_are_found_by_who_may_list_them(people, signed_in):
    make_key(people.ada, alias="payroll")
    assert "payroll" in results_of(signed_in(people.ada).get("/console/search", {"q": "payr"}))
    assert "Mallory" in results_of(signed_in(people.ada).get("/console/search", {"q": "mall"}))
    assert results_of(signed_in(people.mallory).get("/console/search", {"q": "payr"})) == []
    assert "Mallory" not in results_of(signed_in(people.mallory).get("/console/search", {"q": "mall"}))
    assert results_of(signed_in(people.olga).get("/console/search", {"q": "payr"})) == []


def test_a_prefix_limits_the_search_to_resources(people, signed_in):
    make_key(people.ada, alias="kms-backup")
    assert results_of(signed_in(people.ada).get("/console/search", {"q": "/Resources kms"})) == ["kms-backup"]


def test_the_script_gets_the_results_alone(people, signed_in):
    fragment = signed_in(people.ada).get("/console/search", {"q": "kms"}, headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()
    assert results_of(fragment)[0] == "Key Management Service"


def test_the_default_region_is_kept_and_shown(people, signed_in, settings):
    alice = signed_in(people.alice)
    alice.post("/console/settings/region", {"default_region": "ap-northeast-2"})
    assert "Seoul" in alice.get("/").content.decode()
    alice.post("/console/settings/region", {"default_region": "mars-1"})
    assert alice.cookies["kms_default_region"].value == "ap-northeast-2"


def test_the_region_of_the_address_is_the_one_in_the_top_bar_and_of_the_call(people, signed_in):
    ada = signed_in(people.ada)
    ada.get("/", {"region": "eu-west-1"})
    assert "Ireland" in ada.get("/").content.decode()


def test_the_command_line_page_names_this_endpoint_and_no_secret(people, signed_in):
    page = signed_in(people.ada).get("/console/cloudshell").content.decode()
    assert "AWS_ENDPOINT_URL" in page
    assert "http://testserver" in page
    assert people.ada.secret_access_key not in page


def test_what_vendored_files_are_for_can_be_translated():
    assert {component.use for component in vendored()} == USES


def test_every_component_states_its_licence():
    assert vendored()
    packages = {package.name.lower(): package for package in python_packages()}
    assert {"django", "cryptography", "uvicorn"} <= packages.keys()
    assert "pytest" not in packages
    assert [name for name, package in packages.items() if not package.licence] == []


def test_an_unknown_address_is_told_in_the_look_of_the_console(people, signed_in):
    answer = signed_in(people.ada).get("/no/such/page")
    assert answer.status_code == 404
    assert "Page not found" in answer.content.decode()


def test_a_fault_is_told_without_its_text(people, signed_in, settings):
    from django.template.loader import render_to_string

    page = render_to_string("500.html")
    assert "Something went wrong" in page


def test_a_form_from_elsewhere_is_refused_in_words(people):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.ada.principal, backend="kmsconsole.web.authenticate.ConsoleBackend")
    answer = client.post("/console/settings/region", {"default_region": "eu-west-1"})
    assert answer.status_code == 403
    assert "The form could not be accepted" in answer.content.decode()


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_address_that_a_template_names_exists(path):
    """``link`` and ``console_url`` give "" for a name that does not exist; a link to nowhere would be the result."""
    named = re.findall(r'{% (?:console_url|url) "([^"]+)"', path.read_text(encoding="utf-8"))
    assert [name for name in named if name not in url_names()] == []


def url_names() -> set[str]:
    resolver = get_resolver()
    found = {name for name in resolver.reverse_dict if isinstance(name, str)}
    for namespace, (_prefix, inner) in resolver.namespace_dict.items():
        found |= {f"{namespace}:{name}" for name in inner.reverse_dict if isinstance(name, str)}
    return found
