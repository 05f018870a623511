"""Addresses of the frame itself; kmsconsole.urls includes them at the root."""

from django.conf import settings
from django.urls import URLPattern, path

from kmsconsole.web import gallery, preferences

urlpatterns: list[URLPattern] = [
    path("console/mode", preferences.set_mode, name="set_mode"),
    path("console/help/<slug:topic>", preferences.help_topic, name="help"),
]
if settings.KMS_GALLERY:
    urlpatterns += [
        path("kms/gallery", gallery.states, name="gallery"),
        path("kms/gallery/components", gallery.components, name="gallery_components"),
    ]
