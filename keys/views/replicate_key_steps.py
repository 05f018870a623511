"""The steps of the replicate wizard, and where a draft of it stands. Source: console.md 2.13."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import KmsError
from keys.forms.replicate_key import RegionsForm
from keys.forms.step_form import StepForm, Surroundings
from keys.views.described_key import DescribedKey
from keys.views.key_page import key_breadcrumbs
from keys.views.replicate_key_finish import finish
from keys.views.replicate_key_plan import (
    PrimaryPolicy,
    ReplicaPlan,
    load_policy_text,
    plan_of,
    prefilled,
    read_primary_policy,
)
from keys.views.wizard_steps import ADMINISTRATORS, LABELS, POLICY, USERS, Progress, Step, review
from kmsconsole.web import flash
from kmsconsole.web.components import Flash, Option
from kmsconsole.web.door import now, refusal_of
from kmsconsole.web.errors import refusal_view
from kmsconsole.web.policy_findings import Finding, check_policy
from kmsconsole.web.regions import region as region_of
from operations import drafts
from operations.actions.replicate_key import region_refusal
from operations.drafts import Draft
from operations.snapshots import find_key

REGIONS = Step("regions", gettext_lazy("Select Regions"), RegionsForm, "keys/replicate/regions.html", "replica-regions")
STEPS = (REGIONS, LABELS, ADMINISTRATORS, USERS, POLICY, review("keys/replicate/review.html"))
WITHOUT_PEOPLE = tuple(step for step in STEPS if step not in (ADMINISTRATORS, USERS))


class ReplicateProgress(Progress):
    """A draft of the replicas of a primary key."""

    title = gettext_lazy("Create new replica keys")
    refused_title = gettext_lazy("You cannot create replicas of this key")
    failed_title = gettext_lazy("Failed to create replica keys")

    def __init__(self, request: HttpRequest, draft: Draft, key: DescribedKey) -> None:
        super().__init__(request, draft)
        self.key = key

    # --- the primary key ---
    @cached_property
    def primary(self) -> PrimaryPolicy:
        """The policy of the primary key as it was when the draft was begun."""
        text = load_policy_text(self.request, self.key) if self.draft.is_new else self.draft.primary_policy
        return read_primary_policy(text, self.key.account_id)

    @cached_property
    def region_options(self) -> list[Option]:
        """Every Region: those that have a related key are disabled, and, with a ``reason``, those that are refused."""
        related = {each.region: each for each in self.key.related}
        options = []
        for code in settings.KMS_REGIONS:
            taken = refused = ""
            if code in related:
                kind = related[code].regionality_label
                taken = _("This Region has a related key already: %(kind)s") % {"kind": kind}
            elif (refusal := self._refusal_in(code)) is not None:
                refused = refusal_view(self.request, refusal).summary
            why = taken or refused
            options.append(Option(code, f"{region_of(code).name} {code}", why, disabled=bool(why), reason=refused))
        return options

    @property
    def people_note(self) -> str:  # type: ignore[override]  # a sentence that depends on the draft
        if self.primary.text is not None:
            return ""
        return _("The key policy of the primary key could not be read, so the lists begin empty.")

    @property
    def chosen_names(self) -> list[str]:
        """The chosen Regions by name and code."""
        return [f"{region_of(code).name} {code}" for code in self.chosen_regions]

    @property
    def chosen_regions(self) -> list[str]:
        return list((self.draft.values(REGIONS.key) or {}).get("regions", ()))

    def _refusal_in(self, region: str) -> KmsError | None:
        members = {"KeyId": self.key.key_id, "ReplicaRegion": region}
        refusal = refusal_of(self.request, "ReplicateKey", members, self.key.region)
        primary = find_key(self.key.account_id, self.key.region, self.key.key_id)
        if refusal is not None or primary is None:
            return refusal
        return region_refusal(primary, region, now(self.request))

    # --- what every wizard says ---
    @property
    def steps(self) -> Sequence[Step]:
        return WITHOUT_PEOPLE if self.primary.is_customised else STEPS

    def address(self, step: Step, **query: str) -> str:
        return self._address("keys:replicate_step", step, query)

    def question(self, target: Step) -> str:
        return self._address("keys:replicate_regenerate", target, {})

    def _address(self, name: str, step: Step, query: Mapping[str, str]) -> str:
        path = reverse(name, args=[self.key.key_id, self.draft.id, step.key])
        return f"{path}?{urlencode({'region': self.draft.region, **query})}"

    def frame(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "breadcrumbs": key_breadcrumbs(self.request, self.key, self.title),
            "cancel_href": self.key.href(tab="regionality"),
            "lint_url": self._lint_url,
        }

    @property
    def _lint_url(self) -> str:
        if not self.chosen_regions:
            return ""
        path = reverse("keys:lint_replica_policy", args=[self.key.key_id, self.chosen_regions[0]])
        return f"{path}?{urlencode({'region': self.draft.region})}"

    def refusal(self) -> KmsError | None:
        """Return why no replica can be made in any Region without one; of a key that is no primary, why not at all."""
        taken = {each.region for each in self.key.related}
        free = [region for region in settings.KMS_REGIONS if region not in taken]
        refusals = [self._refusal_in(region) for region in free or [self.key.region]]
        return None if None in refusals else refusals[0]

    def find_faults(self, policy: str) -> list[Finding]:
        plan = self.plan()
        assert isinstance(plan, ReplicaPlan)
        members = {"KeyId": self.key.key_id, "ReplicaRegion": plan.regions[0]}
        return check_policy(self.request, policy, action="ReplicateKey", members=members, region=self.draft.region)

    def surroundings(self) -> Surroundings:
        return Surroundings(
            self.account_id,
            self.draft.region,
            self._policy_findings,
            region_options=self.region_options,
            replica_regions=self.chosen_regions,
        )

    def add_up(self, forms: Mapping[str, StepForm], edited_policy: str) -> ReplicaPlan:
        return plan_of(self.key, self.primary, forms, edited_policy)

    def begin(self) -> None:
        drafts.begin(self.draft, self.primary.text, prefilled(self.request, self.key, self.primary))

    @property
    def elsewhere_text(self) -> str:
        named = {"region": self.draft.region}
        return _("The replica keys that you were about to create belong to a key of the Region %(region)s.") % named

    @property
    def finished_href(self) -> str:
        return self.key.href(tab="regionality")

    def tell_finished(self) -> None:
        flash.add(self.request, Flash("info", _("The replica keys were created from these entries.")))

    def finish(self) -> HttpResponse:
        plan = self.plan()
        assert isinstance(plan, ReplicaPlan)
        return finish(self.request, self.draft, self.key, plan, self.address(self.last))
