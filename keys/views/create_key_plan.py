"""What the wizard's steps add up to: the key policy that they give, and the members of CreateKey."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import Principal
from core.arn import partition
from core.crypto.key_specs import KeySpec, KeyUsage, Origin
from core.policy.wizard import build_console_policy
from keys.forms import key_choices
from keys.forms.create_key import ConfigureForm
from keys.forms.key_choices import Regionality
from keys.forms.labels import LabelsForm
from keys.forms.people import AdministratorsForm, UsersForm
from keys.forms.step_form import StepForm
from keys.views import labels as key_labels
from operations.drafts import Draft


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """A key as the steps describe it."""

    spec: KeySpec
    usage: KeyUsage
    origin: Origin
    multi_region: bool
    alias: str
    description: str
    tags: tuple[tuple[str, str], ...]
    administrators: tuple[Principal, ...]
    users: tuple[Principal, ...]
    accounts: tuple[str, ...]
    allow_deletion: bool
    generated_policy: str
    policy: str
    """The policy that the key will have: the generated one unless it was edited."""

    @property
    def policy_is_edited(self) -> bool:
        return self.policy != self.generated_policy

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

    @property
    def deletion_sentence(self) -> str:
        if self.allow_deletion:
            return _("Key administrators may delete this key.")
        return _("Key administrators may not delete this key.")

    @property
    def accounts_sentence(self) -> str:
        if not self.accounts:
            return ""
        return _("Other AWS accounts: %(ids)s") % {"ids": ", ".join(self.accounts)}

    def configuration_members(self) -> Mapping[str, object]:
        """Return the members of CreateKey that describe the key itself."""
        members: dict[str, object] = {"KeySpec": self.spec.value, "KeyUsage": self.usage.value}
        members |= {"Origin": self.origin.value, "MultiRegion": self.multi_region}
        return members

    def members(self) -> Mapping[str, object]:
        """Return the members of CreateKey."""
        tags = [{"TagKey": tag_key, "TagValue": value} for tag_key, value in self.tags]
        return {
            **self.configuration_members(),
            "Description": self.description,
            "Policy": self.policy,
            **({"Tags": tags} if tags else {}),
        }


def plan_of(draft: Draft, forms: Mapping[str, StepForm], account_id: str) -> KeyPlan:
    """Add up the first four steps, whose forms are valid, and the edited policy if there is one."""
    configure, labels = forms["configure"], forms["labels"]
    administrators, users = forms["administrators"], forms["users"]
    assert isinstance(configure, ConfigureForm)
    assert isinstance(labels, LabelsForm)
    assert isinstance(administrators, AdministratorsForm)
    assert isinstance(users, UsersForm)
    chosen = configure.cleaned_data
    multi_region = chosen["regionality"] == Regionality.MULTI
    generated = policy_text(
        build_console_policy(
            account_id,
            chosen["key_spec"],
            chosen["key_usage"],
            chosen["origin"],
            multi_region,
            [person.arn for person in administrators.people],
            [person.arn for person in users.people],
            users.accounts,
            administrators.cleaned_data["allow_deletion"],
            partition(draft.region),
        )
    )
    edited = next(iter((draft.values("policy") or {}).get("document", ())), "")
    return KeyPlan(
        spec=KeySpec(chosen["key_spec"]),
        usage=KeyUsage(chosen["key_usage"]),
        origin=Origin(chosen["origin"]),
        multi_region=multi_region,
        alias=labels.cleaned_data["alias"],
        description=labels.cleaned_data["description"],
        tags=tuple(labels.tags),
        administrators=tuple(administrators.people),
        users=tuple(users.people),
        accounts=tuple(users.accounts),
        allow_deletion=administrators.cleaned_data["allow_deletion"],
        generated_policy=generated,
        policy=edited or generated,
    )


def policy_text(document: Mapping[str, object]) -> str:
    """Write a policy as the console shows it."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def same_policy(text: str, other: str) -> bool:
    """Tell whether two texts are the same document, whatever their spaces."""
    try:
        return bool(json.loads(text) == json.loads(other))
    except (ValueError, RecursionError):
        return False
