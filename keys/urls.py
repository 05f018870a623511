"""Addresses of the KMS pages. Paths: console.md 2.1."""

from django.urls import path

from keys.views import policy_lint

app_name = "keys"

urlpatterns = [
    path("policy/lint", policy_lint.lint_policy, name="lint_new_policy"),
    path("keys/<str:key_id>/policy/lint", policy_lint.lint_policy, name="lint_policy"),
]
