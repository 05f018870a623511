"""Step 2 of a wizard of keys: alias, description, tags. Source: console.md 3.4."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keys import queries
from keys.forms.step_form import StepForm
from kmsconsole.web.numbers import remove_row
from operations.alias_names import MAX_LENGTH, PREFIX, AliasFault, alias_fault
from operations.drafts import Values
from operations.key_tags import MAX_TAGS, TagFault, tag_faults

MAX_DESCRIPTION = 8192
_ALIAS_FAULTS: Mapping[AliasFault, str | Promise] = {
    AliasFault.EMPTY: gettext_lazy("Alias is required"),
    AliasFault.RESERVED: gettext_lazy("Alias must not begin with aws/"),
    AliasFault.CHARACTERS: gettext_lazy("Alias has characters that are not allowed"),
    AliasFault.TOO_LONG: gettext_lazy("Alias is too long"),
}
_TAG_FAULTS: Mapping[TagFault, str | Promise] = {
    TagFault.KEY_MISSING: gettext_lazy("Tag key is required"),
    TagFault.KEY_REPEATED: gettext_lazy("Tag key is repeated"),
    TagFault.KEY_RESERVED: gettext_lazy("Tag key must not begin with aws:"),
    TagFault.CHARACTERS: gettext_lazy("Use letters, digits, spaces and _ . : / = + - @"),
    TagFault.TOO_LONG: gettext_lazy("This is too long"),
}


class LabelsForm(StepForm):
    """Alias, description, tags."""

    kept_fields = ("alias", "description", "tag_key", "tag_value")
    alias = forms.CharField(required=False, label=gettext_lazy("Alias"))
    description = forms.CharField(
        required=False, strip=False, label=gettext_lazy("Description"), widget=forms.Textarea({"rows": 3})
    )

    @classmethod
    def kept(cls, posted: QueryDict, stored: Values | None) -> dict[str, list[str]]:
        values = super().kept(posted, stored)
        rows = _rows(values, "tag_key", "tag_value")
        remove_row(rows, posted.get("remove_tag", ""))
        if "add_tag" in posted and len(rows) < MAX_TAGS:
            rows.append(["", ""])
        return {**values, "tag_key": [row[0] for row in rows], "tag_value": [row[1] for row in rows]}

    @property
    def tags(self) -> list[tuple[str, str]]:
        """The tags as typed; a row that was left empty is no tag."""
        rows = _rows(self.values, "tag_key", "tag_value")
        return [(row[0].strip(), row[1].strip()) for row in rows if any(part.strip() for part in row)]

    def clean_alias(self) -> str:
        alias: str = self.cleaned_data["alias"]
        fault = alias_fault(PREFIX + alias)
        if fault is not None:
            raise forms.ValidationError(str(_ALIAS_FAULTS[fault]))
        where = self.surroundings
        for region in where.replica_regions or (where.region,):
            if queries.find_alias(where.account_id, region, PREFIX + alias) is not None:
                raise forms.ValidationError(
                    _("An alias with this name already exists in %(region)s") % {"region": region}
                    if where.replica_regions
                    else _("An alias with this name already exists in this Region")
                )
        return alias

    def clean_description(self) -> str:
        description = str(self.cleaned_data["description"]).replace("\r\n", "\n")
        if len(description) > MAX_DESCRIPTION:
            raise forms.ValidationError(_("Description is too long"))
        return description

    def clean(self) -> dict[str, Any]:
        if len(self.tags) > MAX_TAGS:
            self.add_error(None, _("A key can have at most %(limit)s tags") % {"limit": MAX_TAGS})
        self._tag_errors = {(row, part): str(_TAG_FAULTS[fault]) for row, part, fault in tag_faults(self.tags)}
        if self._tag_errors:
            self.add_error(None, forms.ValidationError("", code="tags"))
        return self.cleaned_data

    @property
    def tag_rows(self) -> list[dict[str, str]]:
        """The rows of the tag editor, with their errors if the form is checked."""
        if not self.is_bound or not self.errors:
            return [{"key": row[0], "value": row[1]} for row in _rows(self.values, "tag_key", "tag_value")]
        return [
            {
                "key": key,
                "value": value,
                "key_error": self._tag_errors.get((number, 0), ""),
                "value_error": self._tag_errors.get((number, 1), ""),
            }
            for number, (key, value) in enumerate(self.tags)
        ]

    @property
    def max_alias_length(self) -> int:
        return MAX_LENGTH - len(PREFIX)


def _rows(values: Values, *names: str) -> list[list[str]]:
    """Return parallel lists as rows; what one of them lacks is ""."""
    columns = [list(values.get(name, ())) for name in names]
    length = max(map(len, columns))
    padded = [column + [""] * (length - len(column)) for column in columns]
    return [list(row) for row in zip(*padded, strict=True)]
