"""The forms of the two pages that import key material. Source: console.md 2.14."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.crypto.key_specs import KeySpec
from core.crypto.wrapping import WRAPPINGS, WrappingKeySpec

EXPIRES, STAYS = "KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE"
_SPEC_WORDS: Mapping[WrappingKeySpec, Any] = {WrappingKeySpec.RSA_4096: gettext_lazy("RSA_4096 - recommended")}
DESCRIPTION_LENGTH = 256


class ParametersForm(forms.Form):
    """Which wrapping key: its spec, and the algorithm that material for this key may be wrapped with."""

    wrapping_key_spec = forms.ChoiceField(label=gettext_lazy("Select wrapping key spec"))
    wrapping_algorithm = forms.ChoiceField(label=gettext_lazy("Select wrapping algorithm"))

    def __init__(self, key_spec: KeySpec, data: Any = None) -> None:
        super().__init__(data)
        pairs = WRAPPINGS.get(key_spec, ())
        specs = dict.fromkeys(spec for _algorithm, spec in pairs)
        algorithms = dict.fromkeys(algorithm for algorithm, _spec in pairs)
        self._offer("wrapping_key_spec", [(spec.value, _SPEC_WORDS.get(spec, spec.value)) for spec in specs])
        self._offer("wrapping_algorithm", [(each.value, each.value) for each in algorithms])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class MaterialForm(forms.Form):
    """The wrapped material with its token, what it is called, and when it expires. Times are UTC."""

    wrapped = forms.FileField(label=gettext_lazy("Wrapped key material"))
    token = forms.FileField(label=gettext_lazy("Import token"))
    description = forms.CharField(
        required=False, max_length=DESCRIPTION_LENGTH, label=gettext_lazy("Key material description")
    )
    expiration = forms.ChoiceField(
        label=gettext_lazy("Expiration option"),
        choices=[
            (STAYS, gettext_lazy("Key material does not expire")),
            (EXPIRES, gettext_lazy("Key material expires")),
        ],
        initial=STAYS,
    )
    expires_on = forms.DateField(
        required=False, label=gettext_lazy("Expiration date"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    expires_at = forms.TimeField(
        required=False, label=gettext_lazy("Expiration time (UTC)"), widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("expiration") == EXPIRES and not cleaned.get("expires_on") and "expires_on" not in self.errors:
            self.add_error("expires_on", _("Enter the date on which the key material expires."))
        return cleaned

    def members(self) -> dict[str, object]:
        """Return the members of ImportKeyMaterial that the form gives."""
        cleaned = self.cleaned_data
        members: dict[str, object] = {
            "EncryptedKeyMaterial": cleaned["wrapped"].read(),
            "ImportToken": cleaned["token"].read(),
            "ExpirationModel": cleaned["expiration"],
        }
        if cleaned["expiration"] == EXPIRES:
            on: date = cleaned["expires_on"]
            at: time = cleaned["expires_at"] or time()
            members["ValidTo"] = datetime.combine(on, at, UTC).timestamp()
        if cleaned["description"]:
            members["KeyMaterialDescription"] = cleaned["description"]
        return members
