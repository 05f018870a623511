"""Loading the demonstration: two accounts with people, keys and a history. Safe to run at every start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from accounts import queries as account_queries
from accounts import unique_ids
from operations import clock
from operations.demo import people
from operations.demo.stories import tell_stories
from operations.upkeep import run_upkeep


@dataclass(frozen=True, slots=True)
class LoadedDemo:
    """What was made. Secrets are present only if they were made now."""

    created: bool
    password: str | None = field(default=None, repr=False)
    credentials: Sequence[people.NewCredential] = field(default=(), repr=False)
    keys: Sequence[Mapping[str, str]] = ()


def load_demo(password: str = "") -> LoadedDemo:
    """Make the demonstration unless it was loaded before; everybody gets ``password``, or one that is drawn."""
    if people.is_complete():
        return LoadedDemo(created=False)
    account = account_queries.find_account(people.ACCOUNT_A)
    now = clock.account_time(account.clock_offset_seconds if account else 0)
    drawn = password or unique_ids.new_password()
    credentials = people.make_people(now, drawn)
    keys = tell_stories(now)
    people.mark_complete(now)
    run_upkeep()
    return LoadedDemo(True, None if password else drawn, credentials, keys)
