"""The steps of the create-key wizard, and where a draft of it stands. Source: console.md 3.1."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import KmsError
from keys.forms.create_key import ConfigureForm
from keys.forms.step_form import StepForm
from keys.views.create_key_finish import finish, tell_finished
from keys.views.create_key_plan import KeyPlan, plan_of
from keys.views.wizard_plan import WizardPlan
from keys.views.wizard_steps import ADMINISTRATORS, LABELS, POLICY, USERS, Progress, Step, review
from kmsconsole.web.components import Crumb
from kmsconsole.web.door import refusal_of
from kmsconsole.web.navigation import link
from kmsconsole.web.policy_findings import Finding, check_policy

CONFIGURE = Step(
    "configure", gettext_lazy("Configure key"), ConfigureForm, "keys/create/configure.html", "configure-key"
)
STEPS = (CONFIGURE, LABELS, ADMINISTRATORS, USERS, POLICY, review("keys/create/review.html"))


class CreateKeyProgress(Progress):
    """A draft of a new key."""

    title, steps = gettext_lazy("Create key"), STEPS
    refused_title, failed_title = gettext_lazy("You cannot create keys"), gettext_lazy("Failed to create key")

    def address(self, step: Step, **query: str) -> str:
        return self._address("keys:create_step", step, query)

    def question(self, target: Step) -> str:
        return self._address("keys:create_regenerate", target, {})

    def _address(self, name: str, step: Step, query: Mapping[str, str]) -> str:
        path = reverse(name, args=[self.draft.id, step.key])
        return f"{path}?{urlencode({'region': self.draft.region, **query})}"

    def frame(self) -> dict[str, Any]:
        region = self.draft.region
        crumbs = [
            Crumb("KMS", link("keys:landing", region=region)),
            Crumb(_("Customer managed keys"), link("keys:list", region=region)),
            Crumb(self.title),
        ]
        return {
            "breadcrumbs": crumbs,
            "cancel_href": link("keys:list", region=region),
            "lint_url": link("keys:lint_new_policy", region=region),
        }

    def refusal(self) -> KmsError | None:
        return refusal_of(self.request, "CreateKey", {}, self.draft.region)

    def find_faults(self, policy: str) -> list[Finding]:
        plan = self.plan()
        assert isinstance(plan, KeyPlan)
        return check_policy(self.request, policy, members=plan.configuration_members(), region=self.draft.region)

    def add_up(self, forms: Mapping[str, StepForm], edited_policy: str) -> WizardPlan:
        return plan_of(forms, edited_policy, self.account_id, self.draft.region)

    @property
    def elsewhere_text(self) -> str:
        named = {"region": self.draft.region}
        return _("The key that you were about to create belongs to the Region %(region)s.") % named

    @property
    def finished_href(self) -> str:
        return link("keys:list", region=self.draft.region)

    def tell_finished(self) -> None:
        tell_finished(self.request, self.draft)

    def finish(self) -> HttpResponse:
        plan = self.plan()
        assert isinstance(plan, KeyPlan)
        return finish(self.request, self.draft, plan)
