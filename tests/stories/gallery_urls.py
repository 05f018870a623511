"""The console's addresses and the gallery's, for stories that need every component on one page."""

from django.urls import path

from kmsconsole.urls import urlpatterns as console
from kmsconsole.web import gallery

urlpatterns = [path("kms/gallery", gallery.states), path("kms/gallery/components", gallery.components), *console]
