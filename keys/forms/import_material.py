"""The forms of the two pages that import key material. Source: console.md 2.14."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
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
KEPT_BYTES = 6144  # the longest that the service takes


class ParametersForm(forms.Form):
    """Which wrapping key: its spec, and the algorithm that material for this key may be wrapped with."""

    wrapping_key_spec = forms.ChoiceField(label=gettext_lazy("Select wrapping key spec"))
    wrapping_algorithm = forms.ChoiceField(label=gettext_lazy("Select wrapping algorithm"))

    def __init__(self, key_spec: KeySpec, data: Any = None) -> None:
        super().__init__(data)
        pairs = WRAPPINGS.get(key_spec, ())
        specs = dict.fromkeys(spec for _algorithm, spec in pairs)
        algorithms = dict.fromkeys(algorithm for algorithm, _spec in pairs)
        self.offered: dict[str, list[str]] = {
            "wrapping_key_spec": [spec.value for spec in specs],
            "wrapping_algorithm": [each.value for each in algorithms],
        }
        self._offer("wrapping_key_spec", [(spec.value, _SPEC_WORDS.get(spec, spec.value)) for spec in specs])
        self._offer("wrapping_algorithm", [(each.value, each.value) for each in algorithms])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that was sent: its name and content. Wrapped material and token are secret only without their wrapping."""

    name: str
    content: bytes

    @property
    def encoded(self) -> str:
        """The content as a hidden field sends it again, for who has something else to mend; "" if it is too long."""
        return base64.b64encode(self.content).decode() if len(self.content) <= KEPT_BYTES else ""


class MaterialForm(forms.Form):
    """The wrapped material with its token, what it is called, and when it expires. Times are UTC.

    A browser sends a file only once, so a form that is shown again holds what was sent: see ``kept``.
    """

    wrapped = forms.FileField(required=False, label=gettext_lazy("Wrapped key material"))
    token = forms.FileField(required=False, label=gettext_lazy("Import token"))
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

    def clean_wrapped(self) -> GivenFile:
        return self._given("wrapped")

    def clean_token(self) -> GivenFile:
        return self._given("token")

    def _given(self, name: str) -> GivenFile:
        """Return the file of a field: sent now, or with the form that had something to mend."""
        sent = self.cleaned_data[name]
        if sent:
            return GivenFile(sent.name, sent.read())
        try:
            content = base64.b64decode(self.data.get(f"{name}_kept", ""), validate=True)
        except ValueError:
            content = b""
        if not content:
            raise forms.ValidationError(self.fields[name].error_messages["required"])
        return GivenFile(self.data.get(f"{name}_name", ""), content)

    @property
    def kept(self) -> dict[str, GivenFile]:
        """The files that need not be chosen again, by field."""
        given = getattr(self, "cleaned_data", {})
        return {name: given[name] for name in ("wrapped", "token") if name in given and given[name].encoded}

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("expiration") == EXPIRES and not cleaned.get("expires_on") and "expires_on" not in self.errors:
            self.add_error("expires_on", _("Enter the date on which the key material expires."))
        return cleaned

    def members(self) -> dict[str, object]:
        """Return the members of ImportKeyMaterial that the form gives."""
        cleaned = self.cleaned_data
        members: dict[str, object] = {
            "EncryptedKeyMaterial": cleaned["wrapped"].content,
            "ImportToken": cleaned["token"].content,
            "ExpirationModel": cleaned["expiration"],
        }
        if cleaned["expiration"] == EXPIRES:
            on: date = cleaned["expires_on"]
            at: time = cleaned["expires_at"] or time()
            members["ValidTo"] = datetime.combine(on, at, UTC).timestamp()
        if cleaned["description"]:
            members["KeyMaterialDescription"] = cleaned["description"]
        return members
