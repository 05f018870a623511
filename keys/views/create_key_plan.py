"""What the create-key wizard's steps add up to: the key policy that they give, and the members of CreateKey."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from core.arn import partition
from core.crypto.key_specs import KeySpec, KeyUsage, Origin
from core.policy.wizard import build_console_policy
from keys.forms import key_choices
from keys.forms.create_key import ConfigureForm
from keys.forms.key_choices import Regionality
from keys.forms.step_form import StepForm
from keys.views import labels as key_labels
from keys.views.wizard_plan import WizardPlan, labels_of, people_of, policy_text


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlan(WizardPlan):
    """A key as the steps describe it."""

    spec: KeySpec
    usage: KeyUsage
    origin: Origin
    multi_region: bool

    @property
    def type_name(self) -> str | Promise:
        return key_choices.TYPES[key_choices.type_of(self.spec)][0]

    @property
    def usage_name(self) -> str | Promise:
        return key_choices.USAGES[self.usage][0]

    @property
    def origin_name(self) -> str | Promise:
        return key_labels.ORIGINS[self.origin]

    @property
    def regionality_name(self) -> str | Promise:
        return key_choices.REGIONALITIES[Regionality.MULTI if self.multi_region else Regionality.SINGLE][0]

    def configuration_members(self) -> Mapping[str, object]:
        """Return the members of CreateKey that describe the key itself."""
        members: dict[str, object] = {"KeySpec": self.spec.value, "KeyUsage": self.usage.value}
        members |= {"Origin": self.origin.value, "MultiRegion": self.multi_region}
        return members

    def members(self) -> Mapping[str, object]:
        """Return the members of CreateKey."""
        return {**self.configuration_members(), **self.label_members()}


def plan_of(forms: Mapping[str, StepForm], edited_policy: str, account_id: str, region: str) -> KeyPlan:
    """Add up the first four steps, whose forms are valid, and the edited policy if there is one."""
    configure, labels, people = forms["configure"], labels_of(forms), people_of(forms)
    assert isinstance(configure, ConfigureForm)
    chosen = configure.cleaned_data
    multi_region = chosen["regionality"] == Regionality.MULTI
    generated = policy_text(
        build_console_policy(
            account_id,
            chosen["key_spec"],
            chosen["key_usage"],
            chosen["origin"],
            multi_region,
            [person.arn for person in people.administrators],
            [person.arn for person in people.users],
            people.accounts,
            people.allow_deletion,
            partition(region),
        )
    )
    return KeyPlan(
        spec=KeySpec(chosen["key_spec"]),
        usage=KeyUsage(chosen["key_usage"]),
        origin=Origin(chosen["origin"]),
        multi_region=multi_region,
        alias=labels.cleaned_data["alias"],
        description=labels.cleaned_data["description"],
        tags=tuple(labels.tags),
        people=people,
        generated_policy=generated,
        policy=edited_policy or generated,
    )
