"""Components: what the template tags and the frame around every page render."""

import json
import re
from types import SimpleNamespace

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.template import engines
from django.test import RequestFactory, override_settings

from kmsconsole.web import flash, gallery, preferences
from kmsconsole.web.code_lines import code_lines
from kmsconsole.web.components import Column, Crumb, Flash, MenuItem, Option, Pages, Step, Token
from kmsconsole.web.navigation import link, service_of
from kmsconsole.web.regions import region
from kmsconsole.web.shell import Shell, current_region, dashed, remember_region


class Person(SimpleNamespace):
    is_authenticated = True


ALICE = Person(name="alice", account_id="111122223333", account_alias="")


def request(path="/kms/keys", user=ALICE, cookies=None, session=None, **data):
    made = RequestFactory().get(path, data)
    made.user, made.session, made.csp_nonce = user, session if session is not None else {}, "nonce"
    made.COOKIES.update(cookies or {})
    return made


def rendered(source, made=None, **context):
    template = engines["django"].from_string("{% load console console_forms %}" + source)
    return re.sub(r"\s+", " ", template.render(context, made or request())).strip()


# --- buttons and menus


def test_a_button_with_an_address_is_a_link_and_without_one_a_button():
    assert rendered('{% button "Next" href="/next" variant="primary" %}').startswith(
        '<a class="button button--primary"'
    )
    assert rendered('{% button "Next" type="submit" %}').startswith(
        '<button class="button button--normal" type="submit"'
    )


def test_a_disabled_button_keeps_its_focus_and_says_why():
    html = rendered('{% button "Enable" href="/enable" disabled=True reason="Already enabled." %}')
    assert html.startswith("<button") and 'aria-disabled="true"' in html and " disabled" not in html
    assert 'aria-description="Already enabled."' in html


def test_keywords_that_a_tag_does_not_know_become_escaped_attributes():
    html = rendered('{% button "Go" hx_get=url data_none=nothing formnovalidate=True %}', url='/a"b', nothing=None)
    assert 'hx-get="/a&quot;b"' in html and " formnovalidate" in html and "data-none" not in html


def test_labels_are_escaped():
    assert "<b>" not in rendered("{% button label %}{% status 'info' label %}{% badge label %}", label="<b>x</b>")


def test_a_menu_item_is_a_link_a_submit_button_or_marked_as_disabled():
    items = [
        MenuItem("Open", href="/open"),
        MenuItem("Enable", name="action", value="enable", form="rows"),
        MenuItem("Disable", href="/disable", disabled=True),
    ]
    html = rendered('{% button_dropdown "Key actions" items id="menu" %}', items=items)
    assert '<button class="button button--normal" type="button" id="menu" aria-haspopup="menu"' in html
    assert re.search(r'<a class="menu__item" role="menuitem" tabindex="-1" href="/open"', html)
    assert re.search(r'type="submit" name="action" value="enable" form="rows"', html)
    assert "/disable" not in html and html.count('aria-disabled="true"') == 1


# --- forms


class Labels(forms.Form):
    alias = forms.CharField(label="Alias", help_text="1-250 characters.")
    spec = forms.ChoiceField(choices=[("RSA_2048", "RSA_2048")])


def test_a_field_joins_its_texts_to_the_control():
    form = Labels({"alias": "", "spec": "RSA_2048"})
    form.is_valid()
    html = rendered('{% field form.alias description="The name." %}', form=form)
    assert 'aria-describedby="id_alias-description id_alias-error id_alias-constraint"' in html
    assert 'aria-invalid="true"' in html and 'id="id_alias-error"' in html
    assert '<label class="form-field__label" for="id_alias">Alias</label>' in html


def test_a_valid_field_is_not_marked_as_invalid():
    form = Labels({"alias": "payroll", "spec": "RSA_2048"})
    form.is_valid()
    html = rendered("{% field form.alias %}", form=form)
    assert "aria-invalid" not in html and "id_alias-error" not in html


def test_an_optional_field_says_so_after_its_label():
    html = rendered("{% field form.alias optional=True %}", form=Labels())
    assert "Alias<i" in html and "- optional" in html


def test_a_select_gets_the_arrow_of_the_design():
    assert 'class="select"' in rendered("{% field form.spec %}", form=Labels())


def test_tiles_are_radio_buttons_in_a_fieldset():
    options = [Option("a", "Symmetric", "One key."), Option("b", "Asymmetric", disabled=True)]
    html = rendered('{% tiles options=options name="key_type" value="a" label="Key type" %}', options=options)
    assert "<fieldset" in html and "<legend" in html and html.count('type="radio"') == 2
    assert re.search(r'value="a" id="id_key_type_0" checked aria-describedby="id_key_type_0-text"', html)
    assert re.search(r'value="b" id="id_key_type_1" disabled', html)


def test_tiles_take_name_choices_and_value_from_a_form():
    html = rendered("{% tiles form.spec descriptions=texts %}", form=Labels(), texts={"RSA_2048": "Fast."})
    assert 'name="spec"' in html and "Fast." in html


def test_the_tag_editor_counts_what_is_left_and_has_a_row_to_copy():
    html = rendered("{% tag_editor rows limit=50 %}", rows=[{"key": "Team", "value": "Red"}])
    assert "You can add up to 49 more tags." in html
    assert html.count('name="tag_key"') == 2 and "__index__" in html


def test_file_upload_offers_a_button_that_works_without_dragging():
    html = rendered('{% file_upload name="material" label="Key material" %}')
    assert "Choose file" in html and 'type="file" name="material"' in html


# --- tables


COLUMNS = [Column("Aliases", sort="alias"), Column("Status")]


def test_a_sorted_column_says_so_and_links_to_the_other_direction():
    html = rendered('{% table columns=columns id="t" label="Keys" sort="alias" %}{% endtable %}', columns=COLUMNS)
    assert 'aria-sort="ascending"' in html and 'href="?sort=-alias"' in html


def test_sorting_keeps_the_filter_and_drops_the_page():
    made = request(filter="payroll", page="3")
    html = rendered('{% table columns=columns id="t" label="Keys" %}{% endtable %}', made, columns=COLUMNS)
    assert 'href="?filter=payroll&amp;sort=alias"' in html


def test_a_row_with_a_value_begins_with_a_named_check_box():
    html = rendered('{% row value="k1" label="Select key payroll" selected=True %}<td>x</td>{% endrow %}')
    assert re.search(
        r'type="checkbox" name="ids" value="k1" aria-label="Select key payroll" data-select-row checked', html
    )
    assert "checkbox" not in rendered("{% row %}<td>x</td>{% endrow %}")


def test_a_table_without_rows_shows_what_it_is_given_for_that():
    source = '{% slot as empty %}{% empty_state "No keys" %}{% endempty_state %}{% endslot %}'
    source += '{% table columns=columns id="t" label="Keys" selection="multi" empty=empty %}{% endtable %}'
    html = rendered(source, columns=COLUMNS)
    assert '<td colspan="3">' in html and "<b>No keys</b>" in html


@pytest.mark.parametrize(
    ("number", "total", "shown"),
    [
        (1, 1, [1]),
        (2, 5, [1, 2, 3, 4, 5]),
        (1, 20, [1, 2, 3, 4, 5, None, 20]),
        (10, 20, [1, None, 9, 10, 11, None, 20]),
        (19, 20, [1, None, 16, 17, 18, 19, 20]),
    ],
)
def test_pages_show_the_ends_and_the_neighbours(number, total, shown):
    assert Pages(number, total).numbers == shown


def test_pagination_marks_the_page_and_stops_at_the_ends():
    html = rendered("{% pagination pages %}", pages=Pages(1, 2))
    assert 'aria-current="page" aria-label="Page 1"' in html and 'href="?page=2"' in html
    assert re.search(r'aria-disabled="true" aria-label="Previous page"', html)


def test_a_token_can_be_taken_away():
    html = rendered("{% token_group tokens %}", tokens=[Token("Asymmetric", "?", "Key type")])
    assert "Key type <b>=</b> Asymmetric" in html and 'aria-label="Remove filter Key type Asymmetric"' in html


# --- the rest


def test_a_modal_with_an_action_is_a_form_with_its_token():
    html = rendered('{% modal id="m" title="Disable key" action="/disable" %}text{% endmodal %}', csrf_token="secret")
    assert '<dialog class="modal modal--medium" id="m" aria-modal="true" aria-labelledby="m-title"' in html
    assert 'method="post" action="/disable"' in html and 'name="csrfmiddlewaretoken"' in html


def test_steps_mark_where_one_is_and_link_only_what_was_visited():
    steps = [Step("Configure key", "/1"), Step("Add labels"), Step("Review", optional=True)]
    html = rendered("{% wizard_steps steps 2 %}", steps=steps)
    assert html.count('aria-current="step"') == 1 and html.count("<a ") == 1 and "Step 2 of 3" in html


def test_the_breadcrumb_ends_with_this_page():
    html = rendered("{% breadcrumb items %}", items=[Crumb("KMS", "/kms/home"), Crumb("Customer managed keys")])
    assert '<a class="link" href="/kms/home">KMS</a>' in html
    assert 'aria-current="page">Customer managed keys</span>' in html


def test_an_empty_pair_shows_a_dash():
    assert ">-</dd>" in rendered('{% pair "Description" %} {% endpair %}')


def test_code_is_escaped_and_coloured_line_by_line():
    first, second = code_lines('{"a<b": "x",\n "n": 12}', "json")
    assert '<span class="code-property">&quot;a&lt;b&quot;</span>' in first and "code-string" in first
    assert '<span class="code-constant">12</span>' in second
    assert code_lines('"a": 1', "text") == ["&quot;a&quot;: 1"]


def test_an_info_link_works_without_script():
    assert 'href="?help=key-type" data-help-topic="key-type"' in rendered('{% info_link "key-type" %}')


def test_an_unknown_help_topic_shows_the_general_one():
    html = rendered('{% help_content "../../etc" %}')
    assert "About this console" in html


# --- the frame


def test_the_frame_has_its_landmarks_and_marks_the_page():
    html = rendered('{% include "base.html" with help_topic="customer-managed-keys" %}')
    for part in (
        '<a class="skip-link" href="#main">',
        'aria-label="Global navigation"',
        'aria-label="Side navigation" id="side-navigation"',
        'aria-label="Notifications"',
        'id="main"',
        'aria-label="Help panel"',
        "<footer",
        'id="modal-root"',
    ):
        assert part in html, part
    assert re.search(r'aria-current="page">\s*Customer managed keys', html)
    assert "alice @ 1111-2222-3333" in html and "Sign out" in html


def test_the_frame_works_signed_out():
    html = rendered('{% include "base.html" %}', request(user=AnonymousUser()))
    assert "Sign in" in html and "Sign out" not in html
    assert "<main" in rendered('{% include "base_signed_out.html" %}', request("/signin", user=AnonymousUser()))


def test_the_colour_mode_is_rendered_by_the_server():
    assert 'data-mode="dark" data-mode-choice="dark"' in rendered(
        '{% include "base.html" %}', request(cookies={"kms_mode": "dark"})
    )
    assert 'data-mode="light" data-mode-choice="auto"' in rendered(
        '{% include "base.html" %}', request(cookies={"kms_mode": "<"})
    )


def test_a_page_outside_the_services_has_no_side_navigation():
    assert 'id="side-navigation"' not in rendered('{% include "base.html" %}', request("/"))


@override_settings(KMS_REGIONS=["us-east-1", "ap-northeast-2"], KMS_DEFAULT_REGION="us-east-1")
def test_the_region_comes_from_the_address_then_the_session_then_the_default():
    assert current_region(request(region="ap-northeast-2")) == "ap-northeast-2"
    assert current_region(request(session={"kms_region": "ap-northeast-2"})) == "ap-northeast-2"
    assert current_region(request(region="xx-east-9")) == "us-east-1"


@override_settings(KMS_REGIONS=["us-east-1", "ap-northeast-2"], KMS_DEFAULT_REGION="us-east-1")
@pytest.mark.parametrize(
    ("asked", "user", "kept"),
    [
        ("ap-northeast-2", ALICE, {"kms_region": "ap-northeast-2"}),
        ("xx-east-9", ALICE, {}),
        ("ap-northeast-2", AnonymousUser(), {}),
    ],
)
def test_the_region_that_a_signed_in_person_asked_for_is_remembered(asked, user, kept):
    made = request(region=asked, user=user)
    remember_region(lambda _: HttpResponse())(made)
    assert made.session == kept


@override_settings(KMS_REGIONS=["us-east-1", "ap-northeast-2"], KMS_DEFAULT_REGION="us-east-1")
def test_the_region_menu_keeps_the_rest_of_the_address():
    groups = dict(Shell(request(filter="a", region="us-east-1")).region_groups)
    (seoul,) = groups["Asia Pacific"]
    assert seoul["href"] == "/kms/keys?filter=a&region=ap-northeast-2"
    assert seoul["name"] == "Asia Pacific (Seoul)" and not seoul["active"]


def test_a_region_that_is_not_in_the_table_is_its_own_name():
    assert region("mars-north-1").name == "mars-north-1"


def test_iam_is_the_same_in_every_region():
    assert Shell(request("/iam/users")).region_is_global and not Shell(request("/kms/keys")).region_is_global


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/kms/keys", "customer-managed-keys"),
        ("/kms/keys/create/1", "customer-managed-keys"),
        ("/kms/defaultKeys", "aws-managed-keys"),
        ("/kms/home", ""),
        ("/cloudtrail/events/1", "events"),
    ],
)
def test_detail_and_wizard_pages_keep_their_list_marked(path, page):
    assert service_of(path).active_page(path) == page


def test_an_account_id_is_written_in_three_groups():
    assert dashed("111122223333") == "1111-2222-3333" and dashed("alias") == "alias"


def test_a_link_to_a_page_that_does_not_exist_is_empty_or_written_down():
    assert link("nowhere:at_all", region="us-east-1") == ""
    assert link("console:cookies", region="us-east-1").endswith("?region=us-east-1")


def test_a_flash_is_shown_once_and_remembered_behind_the_bell():
    made = request()
    stored = []
    made._messages = SimpleNamespace(add=lambda level, text, tags: stored.append((level, text, tags)))
    flash.add(made, Flash("success", "Your key was created.", action_label="View key", action_href="/kms/keys/1"))
    assert json.loads(stored[0][1])["action_label"] == "View key"
    assert made.session[flash.SESSION_KEY] == [{"kind": "success", "text": "Your key was created."}]


def test_the_flashbar_is_a_list_whose_icons_have_words():
    flashes = [Flash("success", "Done.", action_label="View key", action_href="/k"), Flash("error", "<b>No</b>")]
    html = rendered('{% include "components/flashbar.html" with oob=True %}', flashes=flashes)
    assert 'hx-swap-oob="true"' in html and 'aria-label="Success"' in html and 'role="alert"' in html
    assert "&lt;b&gt;No&lt;/b&gt;" in html and ">View key<" in html


def test_more_than_three_flashes_are_stacked():
    html = rendered('{% include "components/flashbar.html" %}', flashes=[Flash("info", str(n)) for n in range(4)])
    assert "flashbar__list--stacked" in html and "data-flash-stack" in html


# --- the frame's own views


def posted(**data) -> HttpResponse:
    return preferences.set_mode(RequestFactory().post("/console/mode", data))


def test_the_visual_mode_is_kept_in_a_cookie():
    response = posted(mode="dark", next="/kms/keys?region=us-east-1")
    assert response.cookies["kms_mode"].value == "dark" and response["Location"] == "/kms/keys?region=us-east-1"


def test_an_unknown_mode_changes_nothing_and_a_foreign_address_is_not_followed():
    response = posted(mode="purple", next="https://elsewhere.example/")
    assert "kms_mode" not in response.cookies and response["Location"] == "/"


def test_a_help_topic_is_a_fragment():
    response = preferences.help_topic(request("/console/help/alias"), topic="alias")
    assert b"<h2" in response.content and b"<html" not in response.content


@pytest.mark.parametrize("view", [gallery.states, gallery.components])
def test_the_gallery_renders_every_component(view):
    assert view(request("/kms/gallery")).status_code == 200
