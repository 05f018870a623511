"""Drafts of the wizards of keys: what somebody has entered so far, under an id that stands in the address.

A draft is written step by step, so two tabs with different steps of one draft lose nothing of each other. It is not
configuration: no version moves and no event is recorded until Finish calls CreateKey.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from core.calls import Caller
from core.errors import NotFoundException
from keys import queries
from keys.models import WizardDraft
from operations import clock
from operations.changes import writers_turn

Values = Mapping[str, Sequence[str]]
"""What a form holds: each field's name with its values, as posted."""

# In place of a key id while Finish is at work, with the second in which it began.
CLAIM = "claimed:"
# A Finish that has not ended after this time has died with its process; the next one may try again.
CLAIM_SECONDS = 120
AWAIT_SECONDS, AWAIT_STEPS = 3, 30


@dataclass(slots=True)
class Draft:
    """One person's draft in one Region: of a new key, or of the replicas of a primary key."""

    row: WizardDraft
    is_new: bool
    primary_key_id: str = ""

    @property
    def id(self) -> UUID:
        return self.row.id

    @property
    def region(self) -> str:
        return self.row.region

    @property
    def finished_key_id(self) -> str:
        """The id of the key that was made of this draft, "" as long as there is none."""
        return "" if self.row.finished_key_id.startswith(CLAIM) else self.row.finished_key_id

    def values(self, step: str) -> Values | None:
        """Return what was entered in a step, right or wrong; None if nothing was."""
        entered: Values | None = self.row.data.get(step, {}).get("values")
        return entered

    def is_done(self, step: str) -> bool:
        """Tell whether **Next** has accepted the step."""
        return bool(self.row.data.get(step, {}).get("done"))

    @property
    def primary_policy(self) -> str | None:
        """The policy that the primary key had when the draft was begun; None if it could not be read."""
        policy: str | None = self.row.data.get("primary", {}).get("policy")
        return policy

    @property
    def edited_from(self) -> str:
        """The generated policy that was edited by hand, or "" ."""
        return str(self.row.data.get("edited_from", ""))


def open_draft(draft_id: UUID, caller: Caller, region: str, primary_key_id: str = "") -> Draft:
    """Return the caller's draft, a new one that is not stored yet if there is none of this id.

    Raises NotFoundException for the draft of somebody else, or of something else.
    """
    row = queries.find_draft(draft_id, caller.principal_pk)
    if row is not None and row.data.get("primary", {}).get("key_id", "") == primary_key_id:
        return Draft(row, is_new=False, primary_key_id=primary_key_id)
    if queries.draft_exists(draft_id):
        raise NotFoundException("There is no such draft.")
    now = clock.machine_time()
    row = WizardDraft(
        id=draft_id, principal_id=caller.principal_pk, region=region, created_at=now, updated_at=now, data={}
    )
    return Draft(row, is_new=True, primary_key_id=primary_key_id)


def begin(draft: Draft, primary_policy: str | None, prefilled: Mapping[str, Values]) -> None:
    """Store a draft of replicas with what it begins with: the primary key's policy, and what steps hold of it."""
    primary = {"key_id": draft.primary_key_id, "policy": primary_policy}
    entries = {step: _entry(values, done=False) for step, values in prefilled.items()}
    _merge(draft, {"primary": primary, **entries})


def save_step(draft: Draft, step: str, values: Values | None, *, done: bool) -> None:
    """Store what was entered in a step; ``None`` forgets it."""
    _merge(draft, {step: {"done": done} if values is None else _entry(values, done=done)})


def set_edited_from(draft: Draft, generated_policy: str) -> None:
    """Remember the generated policy behind the edited one; "" when the policy is no longer edited."""
    _merge(draft, {"edited_from": generated_policy})


def _entry(values: Values, *, done: bool) -> dict[str, object]:
    return {"done": done, "values": {name: list(each) for name, each in values.items()}}


def _merge(draft: Draft, changes: Mapping[str, object]) -> None:
    with writers_turn(), transaction.atomic():
        stored = queries.lock_draft(draft.id, draft.row.principal_id)
        if stored is not None:
            draft.row, draft.is_new = stored, False
        draft.row.data = {**draft.row.data, **changes}
        draft.row.updated_at = clock.machine_time()
        if draft.is_new:
            draft.row.save(force_insert=True)
        else:
            # Never the claim of a Finish, which may be made meanwhile.
            draft.row.save(update_fields=["data", "updated_at"])
        draft.is_new = False


# --- Finish -----------------------------------------------------------------------------------------------------------
def claim(draft: Draft) -> bool:
    """Begin to finish a draft; False if another Finish has begun or ended. Only one of two at once gets True."""
    now = int(clock.machine_time().timestamp())
    stored = queries.find_draft(draft.id, draft.row.principal_id)
    if stored is None:
        return False
    before = stored.finished_key_id
    if before and not (before.startswith(CLAIM) and int(before.removeprefix(CLAIM)) < now - CLAIM_SECONDS):
        return False
    with writers_turn():
        return queries.replace_finished_key(draft.id, before, f"{CLAIM}{now}")


def await_key_id(draft: Draft) -> str:
    """Wait a moment for the other Finish of a draft; return the id of the key it made, "" if it has not ended."""
    for _ in range(AWAIT_STEPS):
        row = queries.find_draft(draft.id, draft.row.principal_id)
        if row is not None and not row.finished_key_id.startswith(CLAIM):
            draft.row = row
            break
        time.sleep(AWAIT_SECONDS / AWAIT_STEPS)
    return draft.finished_key_id


def release(draft: Draft) -> None:
    """Give a claimed draft back: no key was made."""
    with writers_turn():
        queries.set_finished_key(draft.id, "")


def finish(draft: Draft, key_id: str) -> None:
    """Note the key that was made; the draft makes no second one."""
    with writers_turn():
        queries.set_finished_key(draft.id, key_id)
