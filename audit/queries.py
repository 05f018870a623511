"""The only place that filters audit records."""

from audit.models import AuditEvent


def count_events(account_id: str) -> int:
    return AuditEvent.objects.filter(account=account_id).count()
