"""The visual layer's rules: one source of colours, no foreign hosts, documented components, licences kept."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC, TEMPLATES = ROOT / "static", ROOT / "templates"
OWN_STYLES = sorted((STATIC / "css").glob("*.css"))
OWN_SCRIPTS = sorted((STATIC / "js").glob("*.js"))
PAGES = sorted(TEMPLATES.rglob("*.html"))
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
TAGS = (ROOT / "kmsconsole/web/templatetags/console.py").read_text(encoding="utf-8") + (
    ROOT / "kmsconsole/web/templatetags/console_forms.py"
).read_text(encoding="utf-8")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_is_something_to_check():
    assert len(OWN_STYLES) > 5 and len(OWN_SCRIPTS) > 3 and len(COMPONENTS) > 20


@pytest.mark.parametrize("path", OWN_STYLES, ids=relative)
def test_colours_stand_in_the_tokens_only(path):
    if path.name == "tokens.css":
        return
    literal = re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(", path.read_text(encoding="utf-8"))
    assert literal == []


@pytest.mark.parametrize("path", OWN_STYLES, ids=relative)
def test_every_variable_that_a_style_sheet_uses_is_a_token(path):
    known = set(re.findall(r"(--[\w-]+):", (STATIC / "css/tokens.css").read_text(encoding="utf-8")))
    text = path.read_text(encoding="utf-8")
    assert set(re.findall(r"var\((--[\w-]+)", text)) - known - set(re.findall(r"(--[\w-]+):", text)) == set()


@pytest.mark.parametrize("path", [*PAGES, *OWN_SCRIPTS], ids=relative)
def test_colours_and_styles_stand_in_no_template_or_script(path):
    text = re.sub(r"&#\w+;|%}#\w+", "", path.read_text(encoding="utf-8"))
    assert re.findall(r"(?<![\w/&\"'=])#[0-9a-fA-F]{6}\b", text) == []
    assert re.findall(r"\sstyle\s*=\s*[\"']|<style|\son[a-z]+\s*=\s*[\"']", text) == []


@pytest.mark.parametrize("path", [*OWN_STYLES, *OWN_SCRIPTS], ids=relative)
def test_styles_and_scripts_load_nothing_from_elsewhere(path):
    assert re.findall(r"https?://|url\(\s*[\"']?//", path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_templates_name_other_hosts_only_in_links_to_the_public_guide(path):
    text = path.read_text(encoding="utf-8")
    for address in re.findall(r"(?:src|action|srcset|data-[\w-]+|hx-\w+)=[\"']((?:https?:)?//[^\"']*)", text):
        pytest.fail(f"loads or sends to {address}")
    for address in re.findall(r"https?://[^\"'\s<]+", text):
        assert address.startswith(("https://docs.aws.amazon.com/", "http://www.w3.org/")), address


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_every_script_element_is_a_file(path):
    for element in re.findall(r"<script\b[^>]*>", path.read_text(encoding="utf-8")):
        assert "src=" in element or 'type="application/json"' in element, element


@pytest.mark.parametrize("path", COMPONENTS, ids=relative)
def test_a_component_lists_its_variables_at_the_top(path):
    text = path.read_text(encoding="utf-8")
    opening = re.match(r"\{% comment %\}(.*?)\{% endcomment %\}", text, re.DOTALL)
    assert opening, "begins without a comment"
    assert len(opening.group(1).split()) >= 5


def test_every_component_that_a_tag_renders_exists():
    named = set(re.findall(r"(?:render|choice)\(\s*context, \"(\w+)\"", TAGS))
    assert named
    assert {name for name in named if not (TEMPLATES / "components" / f"{name}.html").exists()} == set()


def test_every_info_link_has_its_help_topic():
    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    topics = set(re.findall(r"\binfo=\"([a-z0-9-]+)\"|info_link \"([a-z0-9-]+)\"", text))
    names = {first or second for first, second in topics}
    assert {name for name in names if not (TEMPLATES / "help" / f"{name}.html").exists()} == set()


def test_vendored_files_keep_their_licences():
    entries = json.loads((STATIC / "vendor/licences.json").read_text(encoding="utf-8"))
    assert {entry["licence"] for entry in entries} <= {"Apache-2.0", "OFL-1.1", "0BSD", "MIT"}
    for entry in entries:
        folder = STATIC / "vendor" / entry["folder"]
        assert entry["version"] and entry["files"]
        for name in entry["files"]:
            assert (folder / name).stat().st_size > 0
    folders = {path.name for path in (STATIC / "vendor").iterdir() if path.is_dir()}
    assert folders == {entry["folder"] for entry in entries}


def test_every_icon_that_is_used_is_in_the_sprite():
    sprite = (STATIC / "vendor/cloudscape-icons/sprite.svg").read_text(encoding="utf-8")
    known = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    used = set(re.findall(r"\{% icon \"([\w-]+)\"", text)) | set(re.findall(r"\bicon(?:_right)?=\"([\w-]+)\"", text))
    assert used and used - known == set()


def test_the_korean_font_is_loaded_for_korean_pages_only():
    head = (TEMPLATES / "components/head.html").read_text(encoding="utf-8")
    assert re.search(r'\{% if shell.language == "ko" %\}<link[^>]*noto-sans-kr', head)


def test_every_font_file_that_is_named_exists():
    for folder in ("open-sans", "noto-sans-kr"):
        css = (STATIC / "vendor" / folder / "index.css").read_text(encoding="utf-8")
        names = re.findall(r"files/([\w-]+\.woff2)", css)
        assert names
        assert [name for name in names if not (STATIC / "vendor" / folder / "files" / name).exists()] == []
    assert "vietnamese" in (STATIC / "vendor/open-sans/index.css").read_text(encoding="utf-8")
