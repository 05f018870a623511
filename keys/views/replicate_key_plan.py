"""What replicas begin with, the labels and policy of the primary key, and what comes of it. Source: console.md 2.13."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from accounts import queries as account_queries
from accounts.models import Principal
from core.arn import partition
from core.errors import KmsError
from core.policy.principals import PrincipalForm, account_of, classify_principal
from core.policy.wizard import ConsolePolicy, build_console_policy, read_console_policy, with_changes
from keys.forms.step_form import StepForm
from keys.views.described_key import DescribedKey
from keys.views.labels import short_alias
from keys.views.wizard_plan import People, WizardPlan, labels_of, people_of, policy_text
from kmsconsole.web.door import perform
from operations.drafts import Values

DELETED = ("AIDA", "AROA")  # how the unique id begins that stands for a deleted user or role


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaPlan(WizardPlan):
    """Replicas as the steps describe them."""

    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrimaryPolicy:
    """The policy of the primary key; ``text`` is None if it may not be read, ``lists`` if it is customised."""

    text: str | None
    lists: ConsolePolicy | None

    @property
    def is_customised(self) -> bool:
        """Whether the steps with lists of people have no place, because the policy is not made from such lists."""
        return self.text is not None and self.lists is None


def read_primary_policy(text: str | None, account_id: str) -> PrimaryPolicy:
    """Return what the steps can make of a policy: its lists, if the wizard's tables can show everybody in them."""
    lists = read_console_policy(json.loads(text)) if text is not None else None
    return PrimaryPolicy(text, lists if lists and _can_be_ticked(lists, account_id) else None)


def _can_be_ticked(lists: ConsolePolicy, account_id: str) -> bool:
    """Tell whether the wizard's table has everybody whom a policy names, but those who were deleted since."""
    people = [each for each in (*lists.administrators, *lists.users) if not each.startswith(DELETED)]
    return account_id not in lists.accounts and all(
        classify_principal(each) in (PrincipalForm.USER, PrincipalForm.ROLE) and account_of(each) == account_id
        for each in people
    )


def load_policy_text(request: HttpRequest, key: DescribedKey) -> str | None:
    """Call GetKeyPolicy; None if it is refused."""
    try:
        answer = perform(request, "GetKeyPolicy", {"KeyId": key.key_id}, key.region).members or {}
    except KmsError:
        return None
    return str(answer["Policy"])


def prefilled(request: HttpRequest, key: DescribedKey, policy: PrimaryPolicy) -> Mapping[str, Values]:
    """Return what the steps begin with: what the primary key has, as far as the signed-in principal may know it."""
    aliases = _list(request, "ListAliases", key, "Aliases")
    tags = _list(request, "ListResourceTags", key, "Tags")
    lists = policy.lists
    return {
        "labels": {
            "alias": [short_alias(aliases[0]["AliasName"]) if aliases else ""],
            "description": [key.description],
            "tag_key": [tag["TagKey"] for tag in tags],
            "tag_value": [tag["TagValue"] for tag in tags],
        },
        "administrators": {
            "chosen": _unique_ids(key.account_id, lists.administrators if lists else ()),
            "allow_deletion": ["on"] if lists is None or lists.allow_deletion else [],
        },
        "users": {
            "chosen": _unique_ids(key.account_id, lists.users if lists else ()),
            "account_id": list(lists.accounts) if lists else [],
        },
    }


def _list(request: HttpRequest, action: str, key: DescribedKey, member: str) -> list[Any]:
    try:
        answer: Mapping[str, Any] = perform(request, action, {"KeyId": key.key_id}, key.region).members or {}
    except KmsError:
        return []
    return list(answer[member])


def _unique_ids(account_id: str, arns: Sequence[str]) -> list[str]:
    """Return the unique ids of those that exist, in the order of the policy."""
    found = account_queries.unique_ids(frozenset(arns))
    return [found[arn] for arn in arns if arn in found]


def plan_of(
    key: DescribedKey, primary: PrimaryPolicy, forms: Mapping[str, StepForm], edited_policy: str
) -> ReplicaPlan:
    """Add up the steps before the policy, whose forms are valid, and the edited policy if there is one."""
    labels = labels_of(forms)
    people = None if primary.is_customised else people_of(forms)
    generated = _generated(key, primary, people)
    return ReplicaPlan(
        regions=tuple(forms["regions"].values["regions"]),
        alias=labels.cleaned_data["alias"],
        description=labels.cleaned_data["description"],
        tags=tuple(labels.tags),
        people=people,
        generated_policy=generated,
        policy=edited_policy or generated,
    )


def _generated(key: DescribedKey, primary: PrimaryPolicy, people: People | None) -> str:
    """Return the policy without an edit: the primary key's with the chosen people, or as it is if it is customised."""
    if people is None:
        assert primary.text is not None
        return policy_text(json.loads(primary.text))
    administrators, users = _arns(people.administrators), _arns(people.users)
    if primary.lists is not None:
        changed = with_changes(
            primary.lists,
            spec=key.spec,
            usage=key.usage,
            origin=key.origin,
            multi_region=True,
            administrators=administrators,
            users=users,
            accounts=people.accounts,
            allow_deletion=people.allow_deletion,
        )
        return policy_text(changed)
    return policy_text(
        build_console_policy(
            key.account_id,
            key.spec,
            key.usage,
            key.origin,
            True,
            administrators,
            users,
            people.accounts,
            people.allow_deletion,
            partition(key.region),
        )
    )


def _arns(people: Sequence[Principal]) -> list[str]:
    return [person.arn for person in people]
