"""What the steps of every wizard of keys add up to: labels, people, and the key policy that they give."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Principal
from keys.forms.labels import LabelsForm
from keys.forms.people import AdministratorsForm, UsersForm
from keys.forms.step_form import StepForm


@dataclass(frozen=True, slots=True)
class People:
    """Who administers and who uses a key, as two steps say it."""

    administrators: tuple[Principal, ...] = ()
    users: tuple[Principal, ...] = ()
    accounts: tuple[str, ...] = ()
    allow_deletion: bool = True

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


@dataclass(frozen=True, slots=True, kw_only=True)
class WizardPlan:
    """Labels, people and policy of what **Finish** makes."""

    alias: str
    description: str
    tags: tuple[tuple[str, str], ...]
    people: People | None
    """None where the wizard does not ask for people, because the policy was not made from lists of them."""
    generated_policy: str
    policy: str
    """The policy that the key will have: the generated one unless it was edited."""

    @property
    def policy_is_edited(self) -> bool:
        return self.policy != self.generated_policy

    def label_members(self) -> Mapping[str, object]:
        """Return the members of CreateKey and ReplicateKey that labels and policy are."""
        tags = [{"TagKey": tag_key, "TagValue": value} for tag_key, value in self.tags]
        return {"Description": self.description, "Policy": self.policy, **({"Tags": tags} if tags else {})}


def people_of(forms: Mapping[str, StepForm]) -> People:
    """Return who the steps of administrators and users name; their forms are valid."""
    administrators, users = forms["administrators"], forms["users"]
    assert isinstance(administrators, AdministratorsForm)
    assert isinstance(users, UsersForm)
    return People(
        administrators=tuple(administrators.people),
        users=tuple(users.people),
        accounts=tuple(users.accounts),
        allow_deletion=administrators.cleaned_data["allow_deletion"],
    )


def labels_of(forms: Mapping[str, StepForm]) -> LabelsForm:
    """Return the valid form of the labels."""
    labels = forms["labels"]
    assert isinstance(labels, LabelsForm)
    return labels


def policy_text(document: Mapping[str, object]) -> str:
    """Write a policy as the console shows it."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def same_policy(text: str, other: str) -> bool:
    """Tell whether two texts are the same document, whatever their spaces."""
    try:
        return bool(json.loads(text) == json.loads(other))
    except (ValueError, RecursionError):
        return False
