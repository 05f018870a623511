"""The life of a symmetric key in a few rules: kms-semantics 2.5, 4.7, 4.9 to 4.11. No cryptography, no rows.

A key has copies, one in each Region; single-Region keys have one. Materials are numbers, counted from 0 in the order
in which they came. A refusal is told by the name of its error.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

DISABLED, INVALID_STATE = "DisabledException", "KMSInvalidStateException"
NOT_FOUND, UNSUPPORTED, VALIDATION = "NotFoundException", "UnsupportedOperationException", "ValidationException"
ALREADY_EXISTS, INCORRECT = "AlreadyExistsException", "IncorrectKeyMaterialException"


@dataclass
class Copy:
    """The key in one Region."""

    disabled: bool = False
    absent: set[int] = field(default_factory=set)  # materials that are not imported here
    ends: dict[int, datetime] = field(default_factory=dict)  # when imported materials expire
    deletion_date: datetime | None = None
    window: timedelta | None = None  # of a primary key that waits for its replicas to go


@dataclass
class KeyLife:
    external: bool
    multi_region: bool
    primary: str
    copies: dict[str, Copy] = field(default_factory=dict)
    current: int | None = None  # None: nothing was ever imported
    pending: bool = False  # one more material than `current` waits for a rotation
    on_demand: int = 0

    def __post_init__(self) -> None:
        self.copies[self.primary] = Copy()
        if not self.external:
            self.current = 0

    # --- what is ---
    def state(self, region: str) -> str | None:
        copy = self.copies.get(region)
        if copy is None:
            return None
        if copy.window is not None:
            return "PendingReplicaDeletion"
        if copy.deletion_date is not None:
            return "PendingDeletion"
        if self.lacks_material(region):
            return "PendingImport"
        return "Disabled" if copy.disabled else "Enabled"

    def lacks_material(self, region: str) -> bool:
        permanent = set() if self.current is None else set(range(self.current + 1))
        return self.current is None or bool(permanent & self.copies[region].absent)

    def refusal(self, region: str, *states: str) -> str | None:
        """What is answered to a call that only these states permit."""
        state = self.state(region)
        if state is None:
            return NOT_FOUND
        if state in states:
            return None
        return DISABLED if state == "Disabled" else INVALID_STATE

    def materials(self, region: str) -> list[tuple[str, bool]]:
        """State and presence of each material, as a Region lists them."""
        if self.current is None:
            return []
        states = ["NON_CURRENT"] * self.current + ["CURRENT"]
        if self.pending:
            waits = self.multi_region and any(self.current + 1 in copy.absent for copy in self.copies.values())
            states.append("PENDING_MULTI_REGION_IMPORT_AND_ROTATION" if waits else "PENDING_ROTATION")
        absent = self.copies[region].absent
        return [(state, number not in absent) for number, state in enumerate(states)]

    # --- what happens: each returns the refusal, or None ---
    def enable(self, region: str, enabled: bool) -> str | None:
        refusal = self.refusal(region, "Enabled", "Disabled")
        if refusal is None:
            self.copies[region].disabled = not enabled
        return refusal

    def rotate(self, region: str) -> str | None:
        refusal = self.refusal(region, "Enabled")
        if refusal or region != self.primary:
            return refusal or UNSUPPORTED
        if self.external:
            waits = any(self.current + 1 in copy.absent for copy in self.copies.values())
            if not self.pending or (self.multi_region and waits):
                return INVALID_STATE
            self.pending = False
        self.current += 1
        self.on_demand += 1
        return None

    def import_material(self, region: str, number: int, end: datetime | None) -> str | None:
        """Import the first material, or one that the key has had before."""
        refusal = self.refusal(region, "Enabled", "Disabled", "PendingImport")
        if refusal:
            return refusal
        if self.current is None:
            if region != self.primary:  # replicas have what the primary has
                return INCORRECT
            self.current = 0
        elif number > self.current + self.pending:
            return INCORRECT
        return self._imported(region, number, end)

    def import_new(self, region: str) -> str | None:
        refusal = self.refusal(region, "Enabled", "Disabled", "PendingImport")
        if refusal or region != self.primary:
            return refusal or VALIDATION
        if self.pending:
            return INVALID_STATE
        if self.current is None:
            self.current = 0
        else:
            self.pending = True
        number = self.current + self.pending
        for other, copy in self.copies.items():
            if other != region:
                copy.absent.add(number)
        return self._imported(region, number, None)

    def _imported(self, region: str, number: int, end: datetime | None) -> None:
        copy = self.copies[region]
        copy.absent.discard(number)
        copy.ends.pop(number, None)
        if end is not None:
            copy.ends[number] = end
        if not self.lacks_material(region):
            copy.disabled = False  # recorded: an import enables

    def delete_material(self, region: str) -> str | None:
        """Delete the current material."""
        if self.state(region) is None:
            return NOT_FOUND
        if self.current is not None:
            self._lose(self.copies[region], self.current)
        return None

    def _lose(self, copy: Copy, number: int) -> None:
        copy.absent.add(number)
        copy.ends.pop(number, None)

    def schedule_deletion(self, region: str, days: int, now: datetime) -> str | None:
        refusal = self.refusal(region, "Enabled", "Disabled", "PendingImport")
        if refusal is None:
            copy, window = self.copies[region], timedelta(days=days)
            if region == self.primary and len(self.copies) > 1:
                copy.window = window
            else:
                copy.deletion_date = now + window
        return refusal

    def cancel_deletion(self, region: str) -> str | None:
        if self.state(region) not in ("PendingDeletion", "PendingReplicaDeletion"):
            return NOT_FOUND if self.state(region) is None else INVALID_STATE
        copy = self.copies[region]
        copy.deletion_date = copy.window = None
        copy.disabled = True
        return None

    def replicate(self, region: str, to: str) -> str | None:
        if region in self.copies and (not self.multi_region or region != self.primary):
            return UNSUPPORTED  # before its state: kms-semantics 4.11
        if refusal := self.refusal(region, "Enabled"):
            return refusal
        if to in self.copies:
            return VALIDATION if to == region else ALREADY_EXISTS
        self.copies[to] = Copy(absent=set(range(self.current + self.pending + 1)) if self.external else set())
        return None

    def move_primary(self, region: str, to: str) -> str | None:
        refusal = self.refusal(region, "Enabled")
        if refusal is None and self.multi_region and to in self.copies:
            refusal = self.refusal(to, "Enabled")
        if refusal or not self.multi_region or region != self.primary:
            return refusal or INVALID_STATE
        if to not in self.copies:
            return VALIDATION
        self.primary = to
        return None

    def time_has_come(self, now: datetime) -> None:
        """Do what time does until now: material expires, replicas go, a primary's waiting period begins and ends."""
        for copy in self.copies.values():
            for number in [number for number, end in copy.ends.items() if end <= now]:
                self._lose(copy, number)
        dates = [copy.deletion_date for region, copy in self.copies.items() if region != self.primary]
        for region, copy in list(self.copies.items()):
            if region != self.primary and copy.deletion_date is not None and copy.deletion_date <= now:
                del self.copies[region]
        primary = self.copies.get(self.primary)
        if primary is not None and primary.window is not None and len(self.copies) == 1:
            primary.deletion_date, primary.window = max(date for date in dates if date) + primary.window, None
        if primary is not None and primary.deletion_date is not None and primary.deletion_date <= now:
            del self.copies[self.primary]
