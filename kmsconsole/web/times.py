"""Times as the console writes them: like ISO 8601 with the time zone (console.md 6), or as "5 days ago" (2.4, 2.7)."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MINUTE, HOUR, DAY = 60, 3600, 86_400
MONTH, YEAR = 30 * DAY, 365 * DAY


def utc_text(value: datetime, *, date_only: bool = False) -> str:
    """Write a UTC time, in every language the same."""
    return f"{value:%Y-%m-%d} (UTC)" if date_only else f"{value:%Y-%m-%d %H:%M} (UTC)"


def relative_time(then: datetime, now: datetime) -> str:
    """Return the time between two moments in its largest whole unit; both are times of one account."""
    seconds = int((now - then).total_seconds())
    if seconds < MINUTE:
        return _("Just now")
    if seconds < HOUR:
        number = seconds // MINUTE
        return ngettext("%(number)s minute ago", "%(number)s minutes ago", number) % {"number": number}
    if seconds < DAY:
        number = seconds // HOUR
        return ngettext("%(number)s hour ago", "%(number)s hours ago", number) % {"number": number}
    if seconds < 2 * MONTH:
        number = seconds // DAY
        return ngettext("%(number)s day ago", "%(number)s days ago", number) % {"number": number}
    if seconds < YEAR:
        number = seconds // MONTH
        return ngettext("%(number)s month ago", "%(number)s months ago", number) % {"number": number}
    number = seconds // YEAR
    return ngettext("%(number)s year ago", "%(number)s years ago", number) % {"number": number}
