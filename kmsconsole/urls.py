"""The roof: every address of the console. The API's root is dispatched before Django, see :mod:`kmsconsole.wsgi`."""

from django.urls import include, path

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("kmsconsole.web.urls")),
    path("", include("kmsconsole.web.pages.urls")),
    path("", include("accounts.urls")),
    path("kms/", include("keys.urls")),
    path("cloudtrail/", include("audit.urls")),
]
