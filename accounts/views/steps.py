"""Forms in steps: every step posts to one address, and what other steps asked for travels in hidden fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from accounts.views.picker import picker_asked


@dataclass(frozen=True, slots=True)
class StepState:
    """Which step was posted, and where the buttons ask to go."""

    posted: int
    move: str

    @property
    def stays(self) -> bool:
        return self.move not in ("next", "previous", "create")


def read_steps(request: HttpRequest, last: int) -> StepState:
    """Return the step that a request comes from (from 1) and the button pressed; a picker's buttons stay."""
    given = request.POST.get("step", "1")
    posted = int(given) if given in {str(number) for number in range(1, last + 1)} else 1
    move = request.POST.get("move", "") if not picker_asked(request) else ""
    return StepState(posted, move)


def kept_fields(request: HttpRequest, fields: Mapping[int, Sequence[str]], step: int) -> list[tuple[str, str]]:
    """Return name and value of what the other steps have asked for."""
    return [
        (name, value)
        for number, names in fields.items()
        if number != step
        for name in names
        for value in request.POST.getlist(name)
    ]
