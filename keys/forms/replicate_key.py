"""The first step of the replicate wizard: Regions. Source: console.md 2.13."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keys.forms.step_form import StepForm
from kmsconsole.web.components import Option
from operations.drafts import Values


class RegionsForm(StepForm):
    """Regions without a related key, of which one at least gets a replica."""

    kept_fields = ("regions",)
    regions = forms.Field(required=False, label=gettext_lazy("Regions"), widget=forms.SelectMultiple)

    @classmethod
    def kept(cls, posted: QueryDict, stored: Values | None) -> dict[str, list[str]]:
        chosen = dict.fromkeys(map(str, posted.getlist("regions")))
        chosen.pop(posted.get("remove_region", ""), None)
        return {"regions": [*chosen]}

    @property
    def options(self) -> Sequence[Option]:
        return self.surroundings.region_options

    @property
    def chosen(self) -> list[str]:
        return self.values.get("regions", [])

    @property
    def chosen_options(self) -> list[Option]:
        """The chosen Regions in the order of the list, without those that have a related key by now.

        What was chosen and is refused since stays: the service says so, and has it on record.
        """
        return [each for each in self.options if each.value in self.chosen and (each.reason or not each.disabled)]

    def clean(self) -> dict[str, Any]:
        free = [option.value for option in self.chosen_options]
        if len(free) < len(self.chosen):
            self.values["regions"] = free
            self.add_error("regions", _("A chosen Region cannot have a replica key by now and was taken out."))
        elif not free:
            self.add_error("regions", _("Choose at least one Region."))
        return self.cleaned_data
