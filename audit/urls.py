"""Addresses of the CloudTrail pages."""

from django.urls import path

from audit.views import event_download, event_history, event_preferences

app_name = "audit"

urlpatterns = [
    path("events", event_history.event_history, name="events"),
    path("events/download", event_download.download_events, name="download"),
    path("events/preferences", event_preferences.save_event_preferences, name="save_preferences"),
    path("events/<uuid:event_id>", event_history.event_detail, name="event"),
]
