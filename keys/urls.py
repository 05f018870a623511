"""Addresses of the KMS pages. Paths: console.md 2.1."""

from django.urls import path

from keys.views import (
    aws_managed_keys,
    create_key,
    key_list,
    landing,
    list_preferences,
    policy_lint,
    state_changes,
)

app_name = "keys"

urlpatterns = [
    path("home", landing.landing, name="landing"),
    path("defaultKeys", aws_managed_keys.aws_managed_keys, name="aws_managed"),
    path("keys", key_list.key_list, name="list"),
    path("keys/preferences", list_preferences.save_list_preferences, name="save_list_preferences"),
    path("keys/enable", state_changes.enable_keys, name="enable"),
    path("keys/disable", state_changes.disable_keys, name="disable"),
    path("keys/cancel-deletion", state_changes.cancel_deletion, name="cancel_deletion"),
    path("keys/create", create_key.start, name="create"),
    path("keys/create/<uuid:draft_id>/regenerate/<slug:step_key>", create_key.regenerate, name="create_regenerate"),
    path("keys/create/<uuid:draft_id>/<slug:step_key>", create_key.step, name="create_step"),
    path("policy/lint", policy_lint.lint_policy, name="lint_new_policy"),
    path("keys/<str:key_id>/policy/lint", policy_lint.lint_policy, name="lint_policy"),
]
