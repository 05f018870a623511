"""Addresses of the pages that belong to no service: home, search, settings and what the footer links to."""

from django.urls import path

from kmsconsole.web.pages import about, cloudshell, conformance, home, search, settings

app_name = "console"

urlpatterns = [
    path("", home.home, name="home"),
    path("console/search", search.search, name="search"),
    path("console/settings", settings.user_settings, name="settings"),
    path("console/settings/region", settings.set_region, name="set_region"),
    path("console/cloudshell", cloudshell.cloudshell, name="cloudshell"),
    path("console/conformance", conformance.conformance, name="conformance"),
    path("console/licences", about.licences, name="licences"),
    path("console/feedback", about.feedback, name="feedback"),
    path("console/privacy", about.privacy, name="privacy"),
    path("console/terms", about.terms, name="terms"),
    path("console/cookies", about.cookies, name="cookies"),
]
