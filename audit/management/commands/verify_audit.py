"""manage.py verify_audit: recompute the chain of the audit trail and name the first record that is wrong."""

from typing import Any

from django.core.management.base import CommandError

from audit.verification import verify_trail
from keys import custody
from kmsconsole.management.prepared import PreparedCommand


class Command(PreparedCommand):
    help = "Check that no audit record was altered, removed or moved."

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify_trail(custody.secret(custody.AUDIT_CHAIN))
        facts = {"records": verdict.records, "whole": not verdict.fault, "fault": verdict.fault or None}
        self.summary(facts, as_json=options["json"])
        if verdict.fault:
            raise CommandError(f"The audit trail is not whole: {verdict.fault}.")
