"""Times in words, and as every language of the console writes them. Source: console.md 2.7 and 6."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import translation

from kmsconsole.web.times import relative_time

NOW = datetime(2026, 11, 22, 11, 22, 33, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (timedelta(seconds=59), "Just now"),
        (timedelta(seconds=-5), "Just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=5), "5 days ago"),
        (timedelta(days=59), "59 days ago"),
        (timedelta(days=60), "2 months ago"),
        (timedelta(days=364), "12 months ago"),
        (timedelta(days=365), "1 year ago"),
        (timedelta(days=800), "2 years ago"),
    ],
)
def test_how_long_ago_something_was(since, words):
    assert relative_time(NOW - since, NOW) == words


@pytest.mark.parametrize("language", ["en", "ko", "vi"])
@pytest.mark.parametrize(
    ("tag", "text"), [("moment t", "2026-11-22 11:22 (UTC)"), ("moment t date_only=True", "2026-11-22 (UTC)")]
)
def test_a_time_is_written_alike_in_every_language(language, tag, text):
    with translation.override(language):
        shown = Template("{% load console %}{% " + tag + " %}").render(Context({"t": NOW}))
    assert f">{text}</time>" in shown
    assert 'datetime="2026-11-22T11:22:33+00:00"' in shown
