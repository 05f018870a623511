"""Template tags of form fields: `{% load console_forms %}`. Usage, with examples: docs/components.md."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.template import Context
from django.utils.safestring import SafeString

from kmsconsole.web.components import Option
from kmsconsole.web.editor_words import phrases
from kmsconsole.web.templatetags.console import attributes, render

register = template.Library()
CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "checkbox__input"),
    (forms.Textarea, "textarea"),
    (forms.Select, "select__input"),
    (forms.FileInput, "file-input"),
    (forms.Widget, "input"),
)


def widget_class(widget: forms.Widget) -> str:
    """Return the CSS class of a Django widget's control."""
    return next(css for kind, css in CLASSES if isinstance(widget, kind))


def control(bound: BoundField, described_by: str, given: Mapping[str, Any]) -> SafeString:
    """Render a bound field's widget with the component's class and the texts that describe it."""
    attrs: dict[str, Any] = {"class": widget_class(bound.field.widget)}
    if described_by:
        attrs["aria-describedby"] = described_by
    if bound.errors:
        attrs["aria-invalid"] = "true"
    attrs |= {name.rstrip("_").replace("_", "-"): value for name, value in given.items()}
    return bound.as_widget(attrs=attrs)


def texts(id: str, *, description: str, constraint: str, error: bool) -> str:
    """Return the ids for aria-describedby: description, error, constraint, in the order they are shown."""
    present = (("description", description), ("error", error), ("constraint", constraint))
    return " ".join(f"{id}-{name}" for name, shown in present if shown)


@register.simple_tag(takes_context=True)
def field(context: Context, bound: BoundField, **options: Any) -> SafeString:
    """A whole form field from a Django form: label, description, control, errors, constraint."""
    names = ("label", "description", "constraint", "info", "optional", "counter", "full", "hide_label", "suffix")
    known = {name: options.pop(name) for name in names if name in options}
    id = str(bound.id_for_label or bound.auto_id)
    known.setdefault("label", bound.label)
    known.setdefault("constraint", bound.help_text)
    known.setdefault("description", "")
    described = texts(id, description=known["description"], constraint=known["constraint"], error=bool(bound.errors))
    markup = control(bound, described, options)
    is_select = isinstance(bound.field.widget, forms.Select)
    return render(context, "form_field", content=markup, id=id, errors=bound.errors, is_select=is_select, **known)


@register.simple_block_tag(takes_context=True)
def form_field(context: Context, content: str, label: str, *, id: str, **options: Any) -> SafeString:
    """A form field around your own control, which must have this `id` and name its texts in aria-describedby."""
    return render(context, "form_field", content=content, label=label, id=id, **options)


def options_of(bound: BoundField | None, given: Iterable[Any] | None, descriptions: Mapping[str, Any]) -> list[Any]:
    """Return the options of a choice: those given, else the choices of the bound field with their descriptions."""
    if given is not None:
        return list(given)
    choices = bound.field.choices if bound is not None else []  # type: ignore[attr-defined]
    return [Option(str(value), label, descriptions.get(str(value), "")) for value, label in choices]


def choice(context: Context, component: str, bound: BoundField | None, options: dict[str, Any]) -> SafeString:
    """Render tiles or a radio group: a fieldset of radio buttons."""
    given = options.pop("options", None)
    descriptions = options.pop("descriptions", {}) or {}
    names = (
        *("name", "value", "label", "description", "constraint", "info", "optional", "columns", "id", "errors"),
        "hide_label",
    )
    known = {name: options.pop(name) for name in names if name in options}
    if bound is not None:
        known.setdefault("name", bound.html_name)
        known.setdefault("value", bound.value())
        known.setdefault("label", bound.label)
        known.setdefault("errors", bound.errors)
    known.setdefault("id", f"id_{known['name']}")
    known["value"] = "" if known.get("value") is None else str(known["value"])
    items = options_of(bound, given, descriptions)
    described = texts(
        known["id"],
        description=known.get("description", ""),
        constraint=known.get("constraint", ""),
        error=bool(known.get("errors")),
    )
    return render(context, component, items=items, described_by=described, attrs=attributes(options), **known)


@register.simple_tag(takes_context=True)
def tiles(context: Context, bound: BoundField | None = None, **options: Any) -> SafeString:
    """Radio buttons as tiles."""
    return choice(context, "tiles", bound, options)


@register.simple_tag(takes_context=True)
def radio_group(context: Context, bound: BoundField | None = None, **options: Any) -> SafeString:
    """Radio buttons, one under the other."""
    return choice(context, "radio_group", bound, options)


@register.simple_tag
def editor_phrases() -> str:
    """The words of the JSON editor in the page's language, for its attribute data-phrases."""
    return phrases()


@register.simple_tag(takes_context=True)
def multiselect(
    context: Context, *, name: str, label: str, options: Any, chosen: Any, values: Any, **given: Any
) -> SafeString:
    """Check boxes in a list that opens, and the chosen ones as tokens."""
    names = ("placeholder", "id", "errors", "description", "info", "remove_name", "hide_label")
    known = {key: given.pop(key) for key in names if key in given}
    known.setdefault("id", f"id_{name}")
    described = texts(
        known["id"], description=known.get("description", ""), constraint="", error=bool(known.get("errors"))
    )
    values = {"items": options, "chosen": chosen, "values": values, "name": name, "label": label}
    return render(context, "multiselect", described_by=described, attrs=attributes(given), **values, **known)


@register.simple_tag(takes_context=True)
def checkbox(context: Context, label: str = "", **options: Any) -> SafeString:
    """A check box with its label; `bound` takes name, id, value and errors from a Django form."""
    names = ("bound", "name", "value", "checked", "id", "description", "disabled", "errors")
    known = {name: options.pop(name) for name in names if name in options}
    bound = known.pop("bound", None)
    if bound is not None:
        known.setdefault("name", bound.html_name)
        known.setdefault("checked", bool(bound.value()))
        known.setdefault("id", bound.id_for_label)
        known.setdefault("errors", bound.errors)
        label = label or str(bound.label)
    known.setdefault("id", f"id_{known['name']}")
    described = texts(
        known["id"], description=known.get("description", ""), constraint="", error=bool(known.get("errors"))
    )
    return render(context, "checkbox", label=label, described_by=described, attrs=attributes(options), **known)


@register.simple_tag(takes_context=True)
def tag_editor(context: Context, rows: Any, **options: Any) -> SafeString:
    """Rows of tag key and value with **Add tag** and **Remove**."""
    defaults: dict[str, Any] = {"limit": 50, "key_name": "tag_key", "value_name": "tag_value"}
    values = {**defaults, **options}
    values["left"] = max(0, values["limit"] - len(rows))
    return render(context, "tag_editor", rows=rows, **values)


@register.simple_tag(takes_context=True)
def account_rows(context: Context, rows: Any, *, name: str = "account_id", **options: Any) -> SafeString:
    """Rows of other AWS accounts: fixed text, twelve digits, fixed text, **Remove**."""
    return render(context, "account_rows", rows=rows, name=name, **options)


@register.simple_tag(takes_context=True)
def file_upload(context: Context, *, name: str, label: str, **options: Any) -> SafeString:
    """A file field with a drop zone; **Choose file** always works."""
    options.setdefault("id", f"id_{name}")
    described = texts(
        options["id"],
        description=options.get("description", ""),
        constraint=options.get("constraint", ""),
        error=bool(options.get("errors")),
    )
    return render(context, "file_upload", name=name, label=label, described_by=described, **options)
