"""The forms of the create-key wizard's steps 1, 5 and 6. Source: console.md 3.2, 3.3, 3.7, 3.8."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.crypto.key_specs import KeySpec, Origin
from keys.forms import key_choices
from keys.forms.step_form import StepForm, Surroundings
from kmsconsole.web.policy_findings import Finding, has_errors
from operations.drafts import Values


class ConfigureForm(StepForm):
    """Key type, usage, spec, origin, Regionality: each offers what the choices before it leave.

    ``options_for`` is the type and usage whose options the page showed. Whoever chose another one has not seen
    the choices that follow from it: they begin anew, and are shown before the wizard goes on.
    """

    kept_fields = ("key_type", "key_usage", "key_spec", "origin", "regionality", "acknowledged", "options_for")
    key_type = forms.ChoiceField(label=gettext_lazy("Key type"))
    key_usage = forms.ChoiceField(label=gettext_lazy("Key usage"))
    key_spec = forms.ChoiceField(label=gettext_lazy("Key spec"))
    origin = forms.ChoiceField(label=gettext_lazy("Key material origin"))
    regionality = forms.ChoiceField(label=gettext_lazy("Regionality"))
    acknowledged = forms.BooleanField(
        required=False,
        label=gettext_lazy(
            "I understand the security, availability, and durability implications of using an imported key."
        ),
    )

    def __init__(self, values: Values | None, surroundings: Surroundings, *, checked: bool) -> None:
        super().__init__(values, surroundings, checked=checked)
        self.options: dict[str, list[Any]] = {}
        chosen = self._offer("key_type", key_choices.types(), key_choices.TYPES)
        usage = self._offer("key_usage", key_choices.usages(chosen), key_choices.USAGES)
        specs = key_choices.specs(chosen, usage)
        spec = self._offer("key_spec", specs, key_choices.spec_words(specs))
        origin = self._offer("origin", key_choices.origins(spec), key_choices.ORIGINS)
        self._offer("regionality", key_choices.regionalities(spec, origin), key_choices.REGIONALITIES)
        self.is_imported = origin == Origin.EXTERNAL
        self.shows_spec = len(specs) > 1 or spec != KeySpec.SYMMETRIC_DEFAULT
        self.options_for = f"{chosen}/{usage}"

    @classmethod
    def kept(cls, posted: QueryDict, stored: Values | None) -> dict[str, list[str]]:
        values = super().kept(posted, stored)
        shown_type, _slash, shown_usage = posted.get("options_for", "").partition("/")
        begin_anew: Sequence[str] = ()
        if shown_type and posted.get("key_type") != shown_type:
            begin_anew = ("key_usage", "key_spec", "origin", "regionality")
        elif shown_usage and posted.get("key_usage") != shown_usage:
            begin_anew = ("key_spec", "origin", "regionality")
        return {name: value for name, value in values.items() if name not in begin_anew}

    def clean_acknowledged(self) -> bool:
        acknowledged = bool(self.cleaned_data["acknowledged"])
        if self.is_imported and not acknowledged:
            raise forms.ValidationError(_("Confirm that you understand what importing key material means."))
        return acknowledged

    def clean(self) -> dict[str, Any] | None:
        if self.one("options_for") not in ("", self.options_for):
            raise forms.ValidationError(
                _("Another key type or key usage brings other choices. Look at them, then go on.")
            )
        return super().clean()

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
        names = ("origin", "acknowledged", "regionality")
        return any(name in self.errors for name in names) or any(
            self.one(name) != self.options[name][0].value for name in names if name in self.options
        )


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
