"""Addresses of signing in and of account administration."""

from django.urls import path

from accounts.views import sign_in

app_name = "accounts"
urlpatterns = [
    path("signin", sign_in.sign_in, name="sign_in"),
    path("signout", sign_in.sign_out, name="sign_out"),
    path("console/change-password", sign_in.change_password, name="change_password"),
]
