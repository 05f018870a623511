"""What every step of a wizard of keys has: a form over values as they were posted or stored.

A draft keeps wrong input too; only a ``checked`` form says what is wrong.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from kmsconsole.web.components import Option
from kmsconsole.web.policy_findings import Finding
from operations.drafts import Values


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where the key will be made, and how the service is asked about its policy."""

    account_id: str
    region: str
    policy_findings: Callable[[str], list[Finding]]
    region_options: Sequence[Option] = ()
    """The Regions that a replica can be made in, and those that it cannot, disabled."""
    replica_regions: Sequence[str] = ()
    """Where the replicas will be made, if it is replicas that are made."""


class StepForm(forms.Form):
    """A step's form over stored or posted values."""

    # Fields whose values are kept in a draft; those with several values included.
    kept_fields: ClassVar[Sequence[str]] = ()
    defaults: ClassVar[Values] = {}

    def __init__(self, values: Values | None, surroundings: Surroundings, *, checked: bool) -> None:
        self.surroundings = surroundings
        self.values: dict[str, list[str]] = {
            name: list(each) for name, each in (self.defaults if values is None else values).items()
        }
        super().__init__(data=MultiValueDict(self.values), auto_id="id_%s")
        if not checked:
            self._errors = ErrorDict()

    @classmethod
    def kept(cls, posted: QueryDict, stored: Values | None) -> dict[str, list[str]]:
        """Return the values of a post that the draft keeps; ``stored`` are those it has."""
        return {name: [str(each) for each in posted.getlist(name)] for name in cls.kept_fields if name in posted}

    @property
    def problems(self) -> list[str]:
        """What is wrong with the form as a whole, or with one of its rows, which shows its own error."""
        return [str(each) for each in self.non_field_errors() if each]

    def one(self, name: str) -> str:
        return next(iter(self.values.get(name, ())), "")
