"""The steps of the create-key wizard, and how far a draft has come in them. Source: console.md 3.1."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keys.forms.create_key import ConfigureForm, PolicyForm, ReviewForm
from keys.forms.labels import LabelsForm
from keys.forms.people import AdministratorsForm, UsersForm
from keys.forms.step_form import StepForm, Surroundings
from keys.views.create_key_plan import KeyPlan, plan_of, same_policy
from kmsconsole.web import components
from kmsconsole.web.door import caller
from kmsconsole.web.policy_findings import Finding, check_policy
from operations.drafts import Draft


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name in the address, its title, the form that takes what is entered."""

    key: str
    title: str | Promise
    form: type[StepForm]
    help_topic: str
    optional: bool = False

    @property
    def template(self) -> str:
        return f"keys/create/{self.key}.html"

    @property
    def number(self) -> int:
        return STEPS.index(self) + 1

    @property
    def previous(self) -> "Step | None":
        return STEPS[self.number - 2] if self.number > 1 else None

    @property
    def next(self) -> "Step | None":
        return STEPS[self.number] if self.number < len(STEPS) else None


STEPS = (
    Step("configure", _("Configure key"), ConfigureForm, "configure-key"),
    Step("labels", _("Add labels"), LabelsForm, "add-labels"),
    Step(
        "administrators",
        _("Define key administrative permissions"),
        AdministratorsForm,
        "define-key-administrative-permissions",
        optional=True,
    ),
    Step("users", _("Define key usage permissions"), UsersForm, "define-key-usage-permissions", optional=True),
    Step("policy", _("Edit key policy"), PolicyForm, "edit-key-policy", optional=True),
    Step("review", _("Review"), ReviewForm, "review"),
)
BY_KEY: Mapping[str, Step] = {step.key: step for step in STEPS}
FIRST, POLICY, REVIEW = STEPS[0], BY_KEY["policy"], BY_KEY["review"]
BEFORE_POLICY = STEPS[: POLICY.number - 1]


def address(draft: Draft, step: Step, **query: str) -> str:
    """Return the address of a step: draft and step stand in the path, the Region in the query."""
    path = reverse("keys:create_step", args=[draft.id, step.key])
    return f"{path}?{urlencode({'region': draft.region, **query})}"


def question(draft: Draft, target: Step) -> str:
    """Return the address of the question about an edited policy, on the way to a step."""
    path = reverse("keys:create_regenerate", args=[draft.id, target.key])
    return f"{path}?{urlencode({'region': draft.region})}"


class Progress:
    """A draft on one page: its forms, the step that is open, and what the steps add up to."""

    def __init__(self, request: HttpRequest, draft: Draft) -> None:
        self.request, self.draft = request, draft
        self.account_id = caller(request).account_id
        self._forms: dict[str, StepForm] = {}
        self._plan: KeyPlan | None = None

    def form(self, step: Step, *, checked: bool) -> StepForm:
        """Return the form of a step over what the draft holds."""
        surroundings = Surroundings(self.account_id, self.draft.region, self._policy_findings)
        return step.form(self.draft.values(step.key), surroundings, checked=checked)

    def checked_form(self, step: Step) -> StepForm:
        if step.key not in self._forms:
            self._forms[step.key] = self.form(step, checked=True)
        return self._forms[step.key]

    def forget(self) -> None:
        """Forget what was worked out: the draft has changed."""
        self._forms.clear()
        self._plan = None

    def first_open(self, before: Step) -> Step | None:
        """Return the first earlier step that **Next** has not accepted yet."""
        return next((each for each in STEPS[: before.number - 1] if not self.draft.is_done(each.key)), None)

    def first_invalid(self, before: Step) -> Step | None:
        """Return the first earlier step that is open, or that holds by now what cannot be accepted."""
        for each in STEPS[: before.number - 1]:
            if not self.draft.is_done(each.key) or not self.checked_form(each).is_valid():
                return each
        return None

    def plan(self) -> KeyPlan:
        """Return what the steps before the policy add up to; they are valid."""
        if self._plan is None:
            forms = {step.key: self.checked_form(step) for step in BEFORE_POLICY}
            assert all(form.is_valid() for form in forms.values())
            self._plan = plan_of(self.draft, forms, self.account_id)
        return self._plan

    def edit_is_outdated(self) -> bool:
        """Tell whether the policy was edited by hand and a choice before it has changed since."""
        edited_from = self.draft.edited_from
        return bool(edited_from) and not same_policy(edited_from, self.plan().generated_policy)

    def step_list(self, current: Step) -> list[components.Step]:
        """Return the list at the left: visited steps are links, later ones plain text."""
        steps, reached = [], True
        for step in STEPS:
            reached = reached and (step is FIRST or self.draft.is_done(STEPS[step.number - 2].key))
            href = address(self.draft, step) if reached and step is not current else ""
            steps.append(components.Step(step.title, href, step.optional))
        return steps

    def _policy_findings(self, text: str) -> list[Finding]:
        plan = self.plan()
        return check_policy(
            self.request, text or plan.policy, members=plan.configuration_members(), region=self.draft.region
        )
