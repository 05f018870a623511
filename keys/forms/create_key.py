"""The forms of the create-key wizard. They tidy what people type; what is allowed is asked of the service's floors.

A form takes values as they were posted or stored, so that a draft keeps wrong input too; only a ``checked`` form says
what is wrong. Source: console.md 3.2 to 3.7.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import queries as account_queries
from accounts.models import Principal, PrincipalKind
from core.arn import is_account_id
from core.crypto.key_specs import KeySpec
from keys import queries
from keys.forms import key_choices
from kmsconsole.web.policy_findings import Finding, has_errors
from operations.alias_names import MAX_LENGTH, PREFIX, AliasFault, alias_fault
from operations.drafts import Values
from operations.key_tags import MAX_TAGS, TagFault, tag_faults

MAX_DESCRIPTION = 8192


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where the key will be made, and how the service is asked about its policy."""

    account_id: str
    region: str
    policy_findings: Callable[[str], list[Finding]]


class StepForm(forms.Form):
    """A step's form over stored or posted values."""

    # Fields whose values are kept in a draft; those with several values included.
    kept_fields: ClassVar[Sequence[str]] = ()
    defaults: ClassVar[Values] = {}

    def __init__(self, values: Values | None, surroundings: Surroundings, *, checked: bool) -> None:
        self.surroundings = surroundings
        self.values: dict[str, list[str]] = {
            name: list(each) for name, each in (self.defaults if values is None else values).items()
        }
        super().__init__(data=MultiValueDict(self.values), auto_id="id_%s")
        if not checked:
            self._errors = ErrorDict()

    @classmethod
    def kept(cls, posted: QueryDict, stored: Values | None) -> dict[str, list[str]]:
        """Return the values of a post that the draft keeps; ``stored`` are those it has."""
        return {name: [str(each) for each in posted.getlist(name)] for name in cls.kept_fields if name in posted}

    @property
    def problems(self) -> list[str]:
        """What is wrong with the form as a whole, or with one of its rows, which shows its own error."""
        return [str(each) for each in self.non_field_errors() if each]

    def one(self, name: str) -> str:
        return next(iter(self.values.get(name, ())), "")


# --- step 1 -----------------------------------------------------------------------------------------------------------
class ConfigureForm(StepForm):
    """Key type, usage, spec, origin, Regionality: each offers what the choices before it leave."""

    kept_fields = ("key_type", "key_usage", "key_spec", "origin", "regionality")
    key_type = forms.ChoiceField(label=gettext_lazy("Key type"))
    key_usage = forms.ChoiceField(label=gettext_lazy("Key usage"))
    key_spec = forms.ChoiceField(label=gettext_lazy("Key spec"))
    origin = forms.ChoiceField(label=gettext_lazy("Key material origin"))
    regionality = forms.ChoiceField(label=gettext_lazy("Regionality"))

    def __init__(self, values: Values | None, surroundings: Surroundings, *, checked: bool) -> None:
        super().__init__(values, surroundings, checked=checked)
        self.options: dict[str, list[Any]] = {}
        chosen = self._offer("key_type", key_choices.types(), key_choices.TYPES)
        usage = self._offer("key_usage", key_choices.usages(chosen), key_choices.USAGES)
        specs = key_choices.specs(chosen, usage)
        spec = self._offer("key_spec", specs, {each: (str(each), "") for each in specs})
        origin = self._offer("origin", key_choices.origins(spec), key_choices.ORIGINS)
        self._offer("regionality", key_choices.regionalities(spec, origin), key_choices.REGIONALITIES)
        self.shows_spec = len(specs) > 1 or spec != KeySpec.SYMMETRIC_DEFAULT

    def _offer(self, name: str, offered: Sequence[str], words: Mapping[Any, key_choices.Words]) -> str:
        """Make these the choices of a field; return the chosen one, the first if none was chosen or it is gone."""
        self.options[name] = key_choices.options(offered, words)
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(each), words[each][0]) for each in offered]
        if not self.values.get(name):
            self.values[name] = [str(offered[0])]
            self.data = MultiValueDict(self.values)
        return self.one(name) if self.one(name) in offered else str(offered[0])

    @property
    def has_unusual_options(self) -> bool:
        """Whether the advanced options differ from what they begin with, or are wrong."""
        names = ("origin", "regionality")
        return any(self.one(name) != self.options[name][0].value or name in self.errors for name in names)


# --- step 2 -----------------------------------------------------------------------------------------------------------
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
        removed = posted.get("remove_tag", "")
        if removed.isdigit() and int(removed) < len(rows):
            del rows[int(removed)]
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
        if queries.find_alias(where.account_id, where.region, PREFIX + alias) is not None:
            raise forms.ValidationError(_("An alias with this name already exists in this Region"))
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


# --- steps 3 and 4 ----------------------------------------------------------------------------------------------------
class PeopleForm(StepForm):
    """Users and roles ticked in a table of which one page was shown; the others stay as they were."""

    def __init__(self, values: Values | None, surroundings: Surroundings, *, checked: bool) -> None:
        self.people: list[Principal] = []
        super().__init__(values, surroundings, checked=checked)

    @classmethod
    def kept(cls, posted: QueryDict, stored: Values | None) -> dict[str, list[str]]:
        values = super().kept(posted, stored)
        shown, ticked = set(posted.getlist("shown")), posted.getlist("chosen")
        before = [each for each in (stored or {}).get("chosen", ()) if each not in shown or each in ticked]
        return {**values, "chosen": [*dict.fromkeys([*before, *map(str, ticked)])]}

    @property
    def chosen(self) -> list[str]:
        """Unique ids in the order in which they were chosen."""
        return self.values.get("chosen", [])

    def clean(self) -> dict[str, Any]:
        found = account_queries.principals_by_unique_id(set(self.chosen))
        self.people = [found[each] for each in self.chosen if each in found and self._may_be_chosen(found[each])]
        if len(self.people) < len(self.chosen):
            self.values["chosen"] = [person.unique_id for person in self.people]
            self.add_error(None, _("A chosen user or role does not exist any more and was taken out"))
        return self.cleaned_data

    def _may_be_chosen(self, person: Principal) -> bool:
        own = person.account_id == self.surroundings.account_id
        return own and person.kind in (PrincipalKind.USER, PrincipalKind.ROLE)


class AdministratorsForm(PeopleForm):
    kept_fields = ("allow_deletion",)
    defaults: ClassVar[Values] = {"allow_deletion": ["on"]}
    allow_deletion = forms.BooleanField(
        required=False, label=gettext_lazy("Allow key administrators to delete this key")
    )


class UsersForm(PeopleForm):
    """Key users, and other accounts by their ids."""

    kept_fields = ("account_id",)

    @classmethod
    def kept(cls, posted: QueryDict, stored: Values | None) -> dict[str, list[str]]:
        values = super().kept(posted, stored)
        accounts = values.get("account_id", [])
        removed = posted.get("remove_account", "")
        if removed.isdigit() and int(removed) < len(accounts):
            del accounts[int(removed)]
        if "add_account" in posted:
            accounts.append("")
        return {**values, "account_id": accounts}

    @property
    def accounts(self) -> list[str]:
        """The account ids as typed; a row that was left empty is no account."""
        return [text.strip() for text in self.values.get("account_id", ()) if text.strip()]

    def clean(self) -> dict[str, Any]:
        self._account_errors = {}
        for number, text in enumerate(self.accounts):
            if not is_account_id(text):
                self._account_errors[number] = _("An account ID has exactly 12 digits")
            elif text in self.accounts[:number]:
                self._account_errors[number] = _("This account is already in the list")
            elif text == self.surroundings.account_id:
                self._account_errors[number] = _("This is your own account: choose its users and roles above")
        if self._account_errors:
            self.add_error(None, forms.ValidationError("", code="accounts"))
        return super().clean()

    @property
    def account_rows(self) -> list[dict[str, str]]:
        if not self.errors:
            return [{"value": text} for text in self.values.get("account_id", ())]
        errors = self._account_errors
        return [{"value": text, "error": errors.get(number, "")} for number, text in enumerate(self.accounts)]


# --- steps 5 and 6 ----------------------------------------------------------------------------------------------------
class PolicyForm(StepForm):
    """The key policy: what the choices before give, or the text that somebody edited."""

    kept_fields = ("document",)
    findings: Sequence[Finding] = ()

    @classmethod
    def kept(cls, posted: QueryDict, stored: Values | None) -> dict[str, list[str]]:
        if "document" not in posted:
            return {name: list(each) for name, each in (stored or {}).items()}
        return {"document": [str(posted["document"]).replace("\r\n", "\n")]}

    def clean(self) -> dict[str, Any]:
        self.findings = self.surroundings.policy_findings(self.one("document"))
        if has_errors(list(self.findings)):
            self.add_error(None, forms.ValidationError("", code="policy"))
        return self.cleaned_data


class ReviewForm(StepForm):
    """Nothing to enter."""
