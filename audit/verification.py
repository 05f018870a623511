"""Checking the audit trail: is every record there, unaltered, in its place?"""

from collections.abc import Iterator
from dataclasses import dataclass

from audit.chain import COLUMNS, Record, link_of
from audit.models import AuditChain, AuditEvent

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check found; ``fault`` is empty if the trail is whole, else it names the first bad place."""

    records: int
    fault: str = ""


def verify_trail(chain_key: bytes) -> Verdict:
    """Recompute every link of every chain; stops at the first record that was altered, removed or moved."""
    total = 0
    for chain in AuditChain.objects.order_by("id"):
        verdict = _verify_chain(chain_key, chain)
        total += verdict.records
        if verdict.fault:
            return Verdict(total, verdict.fault)
    stray = AuditEvent.objects.exclude(chain__in=AuditChain.objects.values("id")).order_by("chain", "sequence").first()
    if stray is not None:
        return Verdict(total, f"chain {stray.chain}: its head is missing, but record {stray.sequence} exists")
    return Verdict(total)


def _verify_chain(chain_key: bytes, chain: AuditChain) -> Verdict:
    expected, previous = 0, b""
    for sequence, link, record in _records(chain.id):
        expected += 1
        where = f"chain {chain.id}, record {expected}"
        if sequence != expected:
            return Verdict(expected - 1, f"{where}: missing; the next one is record {sequence}")
        if link_of(chain_key, previous, chain.id, sequence, record) != link:
            return Verdict(expected - 1, f"{where}: altered, or not the record that was written there")
        previous = link
    if expected != chain.length or previous != bytes(chain.head):
        return Verdict(expected, f"chain {chain.id}, record {expected + 1}: missing; {chain.length} were written")
    return Verdict(expected)


def _records(chain: int) -> Iterator[tuple[int, bytes, Record]]:
    after = -1
    while True:
        rows = list(
            AuditEvent.objects.filter(chain=chain, sequence__gt=after)
            .order_by("sequence")
            .values_list("sequence", "link", *COLUMNS)[:BATCH]
        )
        for sequence, link, *values in rows:
            # UUIDs are written, and therefore linked, as 32 hex digits.
            record = tuple(value.hex if hasattr(value, "hex") and hasattr(value, "int") else value for value in values)
            yield sequence, bytes(link), record
        if len(rows) < BATCH:
            return
        after = rows[-1][0]
