"""What wizards of keys share: their steps, and how far a draft has come in them. Source: console.md 3.1 and 2.13."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import KmsError
from keys.forms.create_key import PolicyForm, ReviewForm
from keys.forms.labels import LabelsForm
from keys.forms.people import AdministratorsForm, UsersForm
from keys.forms.step_form import StepForm, Surroundings
from keys.views.wizard_plan import WizardPlan, same_policy
from kmsconsole.web import components
from kmsconsole.web.door import caller
from kmsconsole.web.policy_findings import Finding
from operations.drafts import Draft


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name in the address, its title, the form that takes what is entered, its template."""

    key: str
    title: str | Promise
    form: type[StepForm]
    template: str
    help_topic: str
    optional: bool = False


LABELS = Step("labels", _("Add labels"), LabelsForm, "keys/wizard/labels.html", "add-labels")
ADMINISTRATORS = Step(
    "administrators",
    _("Define key administrative permissions"),
    AdministratorsForm,
    "keys/wizard/administrators.html",
    "define-key-administrative-permissions",
    optional=True,
)
USERS = Step(
    "users",
    _("Define key usage permissions"),
    UsersForm,
    "keys/wizard/users.html",
    "define-key-usage-permissions",
    optional=True,
)
POLICY = Step("policy", _("Edit key policy"), PolicyForm, "keys/wizard/policy.html", "edit-key-policy", optional=True)


def review(template: str) -> Step:
    """Return the last step of a wizard."""
    return Step("review", _("Review"), ReviewForm, template, "review")


class Progress(ABC):
    """A draft on one page: its forms, the step that is open, and what the steps add up to."""

    title: str | Promise
    """The name of the wizard."""
    refused_title: str | Promise
    """What is said to those who cannot do at all what the wizard does."""
    failed_title: str | Promise
    """What is said when **Finish** is refused."""
    people_note: str | Promise = ""
    """What is said above the lists of people."""

    def __init__(self, request: HttpRequest, draft: Draft) -> None:
        self.request, self.draft = request, draft
        self.account_id = caller(request).account_id
        self._forms: dict[str, StepForm] = {}
        self._plan: WizardPlan | None = None

    # --- what each wizard says for itself ---
    @property
    @abstractmethod
    def steps(self) -> Sequence[Step]:
        """The steps in their order."""

    @abstractmethod
    def address(self, step: Step, **query: str) -> str:
        """Return the address of a step: draft and step stand in the path, the Region in the query."""

    @abstractmethod
    def question(self, target: Step) -> str:
        """Return the address of the question about an edited policy, on the way to a step."""

    @abstractmethod
    def frame(self) -> dict[str, Any]:
        """Return the breadcrumb, where **Cancel** leads, and where a policy is checked while somebody types."""

    @abstractmethod
    def refusal(self) -> KmsError | None:
        """Return why the signed-in principal cannot do what the wizard does, or None."""

    @abstractmethod
    def find_faults(self, policy: str) -> list[Finding]:
        """Return what is wrong with a key policy."""

    @abstractmethod
    def add_up(self, forms: Mapping[str, StepForm], edited_policy: str) -> WizardPlan:
        """Add up the steps before the policy, whose forms are valid, and the edited policy, "" if there is none."""

    @abstractmethod
    def finish(self) -> HttpResponse:
        """Do what the plan says, once for each draft; raises the refusal if nothing was done."""

    @property
    @abstractmethod
    def elsewhere_text(self) -> str:
        """What is said to somebody who has chosen another Region on the way."""

    @property
    @abstractmethod
    def finished_href(self) -> str:
        """Where a finished draft leads."""

    @abstractmethod
    def tell_finished(self) -> None:
        """Say what was made of a draft: to who pressed **Finish** twice, or came back to it."""

    def begin(self) -> None:  # noqa: B027 - a wizard need not begin with anything
        """Store what a new draft begins with, before the first of its steps is stored."""

    def surroundings(self) -> Surroundings:
        return Surroundings(self.account_id, self.draft.region, self._policy_findings)

    # --- the order of the steps ---
    @property
    def first(self) -> Step:
        return self.steps[0]

    @property
    def last(self) -> Step:
        return self.steps[-1]

    def step(self, key: str) -> Step | None:
        """Return the step of this name, or None."""
        return next((each for each in self.steps if each.key == key), None)

    def number(self, step: Step) -> int:
        return self.steps.index(step) + 1

    def earlier(self, step: Step) -> Sequence[Step]:
        """Return the steps before a step."""
        return self.steps[: self.steps.index(step)]

    def previous(self, step: Step) -> Step:
        return self.steps[self.steps.index(step) - 1]

    def next(self, step: Step) -> Step:
        return self.steps[self.number(step)]

    # --- how far the draft has come ---
    def form(self, step: Step, *, checked: bool) -> StepForm:
        """Return the form of a step over what the draft holds."""
        return step.form(self.draft.values(step.key), self.surroundings(), checked=checked)

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
        return next((each for each in self.earlier(before) if not self.draft.is_done(each.key)), None)

    def first_invalid(self, before: Step) -> Step | None:
        """Return the first earlier step that is open, or that holds by now what cannot be accepted."""
        for each in self.earlier(before):
            if not self.draft.is_done(each.key) or not self.checked_form(each).is_valid():
                return each
        return None

    def plan(self) -> WizardPlan:
        """Return what the steps before the policy add up to; they are valid."""
        if self._plan is None:
            forms = {step.key: self.checked_form(step) for step in self.earlier(POLICY)}
            assert all(form.is_valid() for form in forms.values())
            edited = next(iter((self.draft.values(POLICY.key) or {}).get("document", ())), "")
            self._plan = self.add_up(forms, edited)
        return self._plan

    def edit_is_outdated(self) -> bool:
        """Tell whether the policy was edited by hand and a choice before it has changed since."""
        edited_from = self.draft.edited_from
        return bool(edited_from) and not same_policy(edited_from, self.plan().generated_policy)

    def step_list(self, current: Step) -> list[components.Step]:
        """Return the list at the left: visited steps are links, later ones plain text."""
        steps, reached = [], True
        for step in self.steps:
            reached = reached and (step is self.first or self.draft.is_done(self.previous(step).key))
            href = self.address(step) if reached and step is not current else ""
            steps.append(components.Step(step.title, href, step.optional))
        return steps

    def _policy_findings(self, text: str) -> list[Finding]:
        return self.find_faults(text or self.plan().policy)
