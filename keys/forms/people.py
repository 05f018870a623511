"""Steps 3 and 4 of a wizard of keys: administrators, users, other accounts. Source: console.md 3.5 and 3.6."""

from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import queries as account_queries
from accounts.models import Principal, PrincipalKind
from core.arn import is_account_id
from keys.forms.step_form import StepForm, Surroundings
from kmsconsole.web.numbers import remove_row
from operations.drafts import Values


class PeopleForm(StepForm):
    """Users and roles ticked in a table of which one page was shown; the others stay as they were."""

    def __init__(self, values: Values | None, surroundings: Surroundings, *, checked: bool) -> None:
        self.people: list[Principal] = []
        super().__init__(values, surroundings, checked=checked)

    @classmethod
    def kept(cls, posted: QueryDict, stored: Values | None) -> dict[str, list[str]]:
        values = super().kept(posted, stored)
        shown, ticked = set(posted.getlist("shown")), posted.getlist("chosen")
        before = [each for each in (stored or {}).get("chosen", ()) if each not in shown or each in ticked]
        return {**values, "chosen": [*dict.fromkeys([*before, *map(str, ticked)])]}

    @property
    def chosen(self) -> list[str]:
        """Unique ids in the order in which they were chosen."""
        return self.values.get("chosen", [])

    def clean(self) -> dict[str, Any]:
        found = account_queries.principals_by_unique_id(set(self.chosen))
        self.people = [found[each] for each in self.chosen if each in found and self._may_be_chosen(found[each])]
        if len(self.people) < len(self.chosen):
            self.values["chosen"] = [person.unique_id for person in self.people]
            self.add_error(None, _("A chosen user or role does not exist any more and was taken out"))
        return self.cleaned_data

    def _may_be_chosen(self, person: Principal) -> bool:
        own = person.account_id == self.surroundings.account_id
        return own and person.kind in (PrincipalKind.USER, PrincipalKind.ROLE)


class AdministratorsForm(PeopleForm):
    kept_fields = ("allow_deletion",)
    defaults: ClassVar[Values] = {"allow_deletion": ["on"]}
    allow_deletion = forms.BooleanField(
        required=False, label=gettext_lazy("Allow key administrators to delete this key")
    )


class UsersForm(PeopleForm):
    """Key users, and other accounts by their ids."""

    kept_fields = ("account_id",)

    @classmethod
    def kept(cls, posted: QueryDict, stored: Values | None) -> dict[str, list[str]]:
        values = super().kept(posted, stored)
        accounts = values.get("account_id", [])
        remove_row(accounts, posted.get("remove_account", ""))
        if "add_account" in posted:
            accounts.append("")
        return {**values, "account_id": accounts}

    @property
    def accounts(self) -> list[str]:
        """The account ids as typed; a row that was left empty is no account."""
        return [text.strip() for text in self.values.get("account_id", ()) if text.strip()]

    def clean(self) -> dict[str, Any]:
        self._account_errors = {}
        for number, text in enumerate(self.accounts):
            if not is_account_id(text):
                self._account_errors[number] = _("An account ID has exactly 12 digits")
            elif text in self.accounts[:number]:
                self._account_errors[number] = _("This account is already in the list")
            elif text == self.surroundings.account_id:
                self._account_errors[number] = _("This is your own account: choose its users and roles above")
        if self._account_errors:
            self.add_error(None, forms.ValidationError("", code="accounts"))
        return super().clean()

    @property
    def account_rows(self) -> list[dict[str, str]]:
        if not self.errors:
            return [{"value": text} for text in self.values.get("account_id", ())]
        errors = self._account_errors
        return [{"value": text, "error": errors.get(number, "")} for number, text in enumerate(self.accounts)]
