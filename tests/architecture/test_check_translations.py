"""The check that finds text nobody can translate: it must see what is visible, and nothing else."""

import pytest

from scripts.check_translations import find_in_catalogue, find_in_python, find_in_template


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Delete</p>", [(1, "Delete")]),
        ("<p>\n\n  Delete this\n  key {{ id }}</p>", [(3, "Delete this key …")]),
        ("{% if a %}<b>Yes</b>{% else %}<b>{% translate 'No' %}</b>{% endif %}", [(1, "Yes")]),
        ('<a title="Help" href="{% url "x" %}">{{ x }}</a>', [(1, "Help")]),
        ('<button aria-label="{% translate "Close" %} now">x</button>', [(1, "… now")]),
        ('<input type="submit" value="Save">', [(1, "Save")]),
        ("<p>{% blocktranslate %}One{% endblocktranslate %} two</p>", [(1, "… two")]),
        ('<p translate="no">AWS KMS</p><p>Keys</p>', [(1, "Keys")]),
        ("<code>a</code></p><p>After</p>", [(1, "After")]),
        ('\n{% include "x.html" with label="Delete" %}', [(2, "Delete")]),
        ('{{ key.alias|default:"None" }}', [(1, "None")]),
        ("<svg><title>Key</title></svg>", [(1, "Key")]),
        ("<p>a &lt;tag&gt; here</p>", [(1, "a <tag> here")]),
    ],
)
def test_visible_text_is_found_with_its_line(template, found):
    assert find_in_template(template) == found


@pytest.mark.parametrize(
    "template",
    [
        "<p>{% translate 'Delete' %}</p>",
        "{% blocktranslate count n=n %}One key{% plural %}{{ n }} keys{% endblocktranslate %}",
        "{% blocktrans %}Old spelling{% endblocktrans %}",
        "{# A comment #}{% comment %}Another\none{% endcomment %}<!-- and a third -->",
        "<!doctype html><html lang='{{ l }}'><script>let name;</script><style>p {color: red}</style></html>",
        '<code>aws kms encrypt</code><span translate="no">Key <b>ARN</b></span>',
        '<input type="text" value="payroll" name="alias" class="wide">',
        "<td>{{ key.id }}</td><td>–</td><td>1 / 2</td>",
        '{% include "x.html" with label=_("Delete") name="alias" kind="primary" %}',
        '{{ key.alias|default:_("None") }}{{ x|default:"-" }}{{ on|yesno:"checked," }}',
    ],
)
def test_marked_and_invisible_text_is_left_alone(template):
    assert find_in_template(template) == []


def test_plain_labels_and_messages_in_python_are_found():
    source = (
        'field = CharField(label="Alias", help_text=_("Name"))\n'
        'messages.success(request, "Deleted.")\n'
        'messages.success(request, _("Deleted."))\n'
        'log.info("plain")\n'
    )
    assert find_in_python(source) == [(1, "Alias"), (2, "Deleted.")]


HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        ('msgid "Key"\nmsgstr ""\n', "missing: 'Key'"),
        ('#, fuzzy\nmsgid "Key"\nmsgstr "키"\n', "fuzzy: 'Key'"),
        ('#, python-format\nmsgid "%(n)s keys"\nmsgstr "키 %(m)s"\n', "msgstr"),
        ('msgid "Key"\nmsgstr "키"\n', "not compiled"),
    ],
)
def test_a_catalogue_tells_what_it_lacks(tmp_path, entries, found):
    path = tmp_path / "django.po"
    path.write_text(HEADER + entries, encoding="utf-8")
    assert any(found in finding for finding in find_in_catalogue(path, "ko"))


def test_a_complete_catalogue_is_accepted_until_its_compiled_form_is_stale(tmp_path):
    import polib

    path = tmp_path / "django.po"
    path.write_text(HEADER + 'msgid "Key"\nmsgstr "키"\n', encoding="utf-8")
    polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))
    assert list(find_in_catalogue(path, "ko")) == []
    path.write_text(HEADER + 'msgid "Key"\nmsgstr "열쇠"\n', encoding="utf-8")
    assert ["out of date" in finding for finding in find_in_catalogue(path, "ko")] == [True]
