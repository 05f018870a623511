"""Template tags of the console's components: `{% load console %}`. Usage, with examples: docs/components.md.

Each tag renders templates/components/<name>.html, which lists its variables at the top. Keyword arguments that a tag
does not know become HTML attributes of its main element: `data_x="1"` is `data-x="1"`, True is a bare attribute.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.forms.utils import flatatt
from django.http import QueryDict
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from kmsconsole.web import navigation
from kmsconsole.web.code_lines import code_lines
from kmsconsole.web.times import relative_time, utc_text

register = template.Library()
KEPT = ("request", "csrf_token", "shell", "csp_nonce")


def attributes(given: Mapping[str, Any]) -> SafeString:
    """Render keyword arguments as HTML attributes, escaped."""
    pairs = {name.rstrip("_").replace("_", "-"): value for name, value in given.items()}
    return flatatt({name: value for name, value in pairs.items() if value is not None and value is not False})


def trimmed(content: str) -> SafeString:
    """Take the white space off a block's content, which the template engine has escaped."""
    return mark_safe(content.strip())  # noqa: S308


def render(context: Context, name: str, /, **values: Any) -> SafeString:
    """Render a component with the given variables; of the page's context only the request's own is kept."""
    return render_first(context, [f"components/{name}.html"], values)


def render_first(context: Context, names: list[str], values: Mapping[str, Any]) -> SafeString:
    """Render the first of these templates that exists."""
    if context.template is None:
        raise ValueError("a component is rendered inside a template")
    kept = {key: context[key] for key in KEPT if key in context}
    page = context.template.engine.select_template(names)
    return mark_safe(page.render(context.new({**kept, **values})))  # noqa: S308 — the template escaped it


@register.simple_tag
def icon(name: str, size: str = "normal", label: str = "", kind: str = "") -> SafeString:
    """An icon of the sprite; without `label` it is decoration and hidden from screen readers."""
    sprite = static("vendor/cloudscape-icons/sprite.svg")
    named = format_html(' role="img" aria-label="{}"', label) if label else mark_safe(' aria-hidden="true"')
    css = f"icon icon--{size}" + (f" {kind}" if kind else "")
    return format_html('<svg class="{}" focusable="false"{}><use href="{}#{}"></use></svg>', css, named, sprite, name)


@register.simple_tag(takes_context=True)
def button(context: Context, label: str = "", *, variant: str = "normal", **options: Any) -> SafeString:
    """A button, or a link that looks like one when `href` is given."""
    names = ("href", "icon", "icon_right", "type", "id", "disabled", "reason", "external", "aria_label", "full")
    known = {name: options.pop(name) for name in names if name in options}
    return render(context, "button", label=label, variant=variant, attrs=attributes(options), **known)


@register.simple_tag(takes_context=True)
def button_dropdown(context: Context, label: str, items: Any, *, id: str, **options: Any) -> SafeString:
    """A button that opens a menu of links and submit buttons."""
    names = ("variant", "disabled", "reason", "align", "icon", "header")
    known = {name: options.pop(name) for name in names if name in options}
    return render(context, "button_dropdown", label=label, items=items, id=id, attrs=attributes(options), **known)


@register.simple_tag(takes_context=True)
def info_link(context: Context, topic: str, label: str = "") -> SafeString:
    """The **Info** link: opens the help panel at a topic."""
    return render(context, "info_link", topic=topic, about=label)


@register.simple_tag(takes_context=True)
def status(context: Context, kind: str, label: str, **options: Any) -> SafeString:
    """A status: icon and words in the colour of `kind`."""
    return render(context, "status", kind=kind, label=label, **options)


@register.simple_tag
def badge(label: str, colour: str = "grey") -> SafeString:
    """A small label: blue, grey, green, red or yellow."""
    return format_html('<span class="badge badge--{}">{}</span>', colour, label)


@register.simple_tag(takes_context=True)
def copy_button(context: Context, text: str, label: str = "", *, show: bool = False, variant: str = "") -> SafeString:
    """A button that copies `text`; with `show` the text stands after it."""
    return render(context, "copy_button", text=text, label=label or _("Copy"), show=show, variant=variant)


@register.simple_tag
def moment(value: datetime | None, *, date_only: bool = False) -> SafeString | str:
    """A point in time, in UTC; moments.js shows it in the browser's time zone. "-" for None."""
    if value is None:
        return "-"
    kind = "date" if date_only else "time"
    text = utc_text(value, date_only=date_only)
    return format_html('<time datetime="{}" data-moment="{}">{}</time>', value.isoformat(), kind, text)


@register.simple_tag
def ago(value: datetime | None, now: datetime) -> SafeString | str:
    """How long ago a point in time was; itself as the tooltip, in the browser's time zone. "-" for None."""
    if value is None:
        return "-"
    words = ('<time datetime="{}" title="{}" data-moment="title">{}</time>', value.isoformat(), utc_text(value))
    return format_html(*words, relative_time(value, now))


@register.simple_block_tag(takes_context=True)
def popover(context: Context, content: str, label: str, *, id: str, title: str = "") -> SafeString:
    """A text that opens a small box with more about it: on hover, focus or press."""
    return render(context, "popover", content=content, label=label, id=id, title=title)


@register.simple_tag(takes_context=True)
def breadcrumb(context: Context, items: Any) -> SafeString:
    """The breadcrumb of the toolbar."""
    return render(context, "breadcrumb", items=items)


@register.simple_tag(takes_context=True)
def tabs(context: Context, items: Any, active: str, *, label: str = "", target: str = "") -> SafeString:
    """Tab links; the panel below is `{% tab_panel %}`."""
    return render(context, "tabs", items=items, active=active, label=label, target=target)


@register.simple_block_tag(takes_context=True)
def tab_panel(context: Context, content: str, *, active: str, id: str = "tab-panel") -> SafeString:
    """The region that belongs to the active tab."""
    return render(context, "tab_panel", content=content, active=active, id=id)


@register.simple_tag(takes_context=True)
def wizard_steps(context: Context, steps: Any, current: int, *, label: str = "") -> SafeString:
    """The step list of a wizard; `current` counts from 1."""
    return render(context, "wizard_steps", steps=steps, current=current, label=label)


@register.simple_block_tag(takes_context=True)
def wizard(context: Context, content: str, *, steps: Any, current: int) -> SafeString:
    """Step list at the left, the form of the step at the right."""
    return render(context, "wizard", content=content, steps=steps, current=current)


@register.simple_tag(takes_context=True)
def pagination(context: Context, pages: Any, *, prefix: str = "", target: str = "", label: str = "") -> SafeString:
    """Previous, numbers, next; keeps the rest of the address."""
    return render(context, "pagination", pages=pages, param=f"{prefix}page", target=target, label=label)


@register.simple_tag(takes_context=True)
def token_group(context: Context, tokens: Any, *, label: str = "", target: str = "") -> SafeString:
    """Chosen values with remove links."""
    return render(context, "token_group", tokens=tokens, label=label, target=target)


@register.simple_tag(takes_context=True)
def code_view(context: Context, text: str, *, language: str = "json", label: str = "", **options: Any) -> SafeString:
    """Read-only code with line numbers and, unless ``copy`` is False, a copy button; `id`."""
    lines = code_lines(text, language)
    options.setdefault("copy", True)
    return render(context, "code_view", text=text, lines=lines, language=language, label=label, **options)


@register.simple_tag(takes_context=True)
def preferences(context: Context, *, id: str, action: str, **options: Any) -> SafeString:
    """The modal behind a table's gear: page size, wrapping, density, visible columns."""
    return render(context, "preferences", id=id, action=action, **{"page_sizes": (10, 20, 50, 100), **options})


@register.simple_block_tag
def slot(content: str) -> SafeString:
    """Catch markup for another tag: `{% slot as buttons %}…{% endslot %}`."""
    return trimmed(content)


@register.simple_block_tag(takes_context=True)
def header(context: Context, content: str, title: str, **options: Any) -> SafeString:
    """A title with counter, Info link and description at the left; the block's content is the actions at the right."""
    return render(context, "header", title=title, actions=trimmed(content), **options)


@register.simple_block_tag(takes_context=True)
def container(context: Context, content: str, *, title: str = "", **options: Any) -> SafeString:
    """A box with a header (`title`, `actions`, …) around the block's content."""
    names = ("counter", "info", "description", "optional", "actions", "level", "id", "footer", "kind", "flush")
    known = {name: options.pop(name) for name in names if name in options}
    return render(context, "container", content=content, title=title, attrs=attributes(options), **known)


@register.simple_block_tag(takes_context=True)
def expandable(context: Context, content: str, title: str, **options: Any) -> SafeString:
    """A section that opens and closes."""
    return render(context, "expandable", content=content, title=title, **options)


@register.simple_block_tag(takes_context=True)
def alert(context: Context, content: str, kind: str = "info", **options: Any) -> SafeString:
    """A message inside the content: success, error, warning or info."""
    return render(context, "alert", content=content, kind=kind, **options)


@register.simple_tag(takes_context=True)
def refusal_alert(context: Context, refusal: Any, **options: Any) -> SafeString:
    """A refusal with its explanation: `title`, `open`, `kind`."""
    return render(context, "refusal", refusal=refusal, **options)


@register.simple_block_tag(takes_context=True)
def modal(context: Context, content: str, *, id: str, title: str, **options: Any) -> SafeString:
    """A dialog. With `action` it is a form; `footer` holds its buttons."""
    names = ("size", "footer", "action", "method", "open", "close_href", "multipart")
    known = {name: options.pop(name) for name in names if name in options}
    return render(context, "modal", content=content, id=id, title=title, attrs=attributes(options), **known)


@register.simple_block_tag(takes_context=True)
def key_values(context: Context, content: str, *, columns: int = 3) -> SafeString:
    """A grid of `{% pair %}`."""
    return render(context, "key_value_pairs", content=content, columns=columns)


@register.simple_block_tag(takes_context=True)
def pair(context: Context, content: str, label: str, *, info: str = "") -> SafeString:
    """One label and its value; "-" when the value is empty."""
    return render(context, "key_value_pair", content=trimmed(content), label=label, info=info)


@register.simple_block_tag(takes_context=True)
def table(context: Context, content: str, *, columns: Any, id: str, label: str, **options: Any) -> SafeString:
    """A table; the block's content is its rows (`{% row %}`), nothing but the `empty` slot when there are none."""
    options["param"] = f"{options.get('prefix', '')}sort"
    options["span"] = len(columns) + (1 if options.get("selection") else 0)
    return render(context, "table", content=trimmed(content), columns=columns, id=id, label=label, **options)


@register.simple_block_tag(takes_context=True)
def row(context: Context, content: str, *, value: str = "", label: str = "", **options: Any) -> SafeString:
    """A row of a table; with `value` it begins with a check box (or, `kind="radio"`, a radio button)."""
    names = ("name", "selected", "kind", "disabled", "form", "id")
    known = {name: options.pop(name) for name in names if name in options}
    attrs, name = attributes(options), known.pop("name", "ids")
    return render(context, "table_row", content=content, value=value, label=label, name=name, attrs=attrs, **known)


@register.simple_block_tag(takes_context=True)
def tools(context: Context, content: str, *, pages: Any = None, preferences: str = "", **options: Any) -> SafeString:
    """The line above a table: the block's content (a filter) at the left, pages and the gear at the right."""
    options["param"] = f"{options.get('prefix', '')}page"
    return render(context, "table_tools", content=content, pages=pages, preferences=preferences, **options)


@register.simple_tag(takes_context=True)
def text_filter(context: Context, **options: Any) -> SafeString:
    """A search field that filters the list below."""
    return render(context, "text_filter", **{"name": "filter", "placeholder": _("Search"), **options})


@register.simple_tag(takes_context=True)
def property_filter(context: Context, *, properties: Any, **options: Any) -> SafeString:
    """A search field with suggestions of properties and values, and the chosen filters below it."""
    defaults: dict[str, Any] = {"name": "filter", "operation": "and", "id": "property-filter"}
    return render(context, "property_filter", properties=properties, **{**defaults, **options})


@register.simple_block_tag(takes_context=True)
def empty_state(context: Context, content: str, title: str, text: str = "") -> SafeString:
    """What a table shows without rows: bold line, second line, and the block's content (a button)."""
    return render(context, "empty_state", content=trimmed(content), title=title, text=text)


@register.simple_tag(takes_context=True)
def console_url(context: Context, name: str, *args: Any, **query: Any) -> str:
    """The address of a page, with the page's Region in it."""
    shell = context.get("shell")
    region = shell.region.code if shell else ""
    return navigation.link(name, *args, region=region, **{key: str(value) for key, value in query.items()})


@register.simple_tag(takes_context=True)
def with_query(context: Context, name: str, value: Any, drop: str = "") -> str:
    """The query string of this page with one parameter changed (None removes it) and `drop` taken out."""
    request = context.get("request")
    query = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for gone in drop.split():
        query.pop(gone, None)
    if value is None:
        query.pop(name, None)
    else:
        query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag(takes_context=True)
def help_content(context: Context, topic: str) -> SafeString:
    """The help panel's text: the topic asked for by `?help=`, else the page's own."""
    request = context.get("request")
    asked = request.GET.get("help", "") if request is not None else ""
    wanted = asked or topic
    safe = wanted if re.fullmatch(r"[a-z0-9-]+", wanted) else "console"
    return render_first(context, [f"help/{safe}.html", "help/console.html"], {})
