"""Addresses of the KMS pages. Paths: console.md 2.1."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from keys.views import (
    add_people,
    aws_managed_keys,
    create_key,
    description,
    detail,
    encrypt,
    import_material,
    key_list,
    landing,
    list_preferences,
    policy_changes,
    policy_lint,
    replicate_key,
    schedule_deletion,
    state_changes,
    tab_aliases,
    tab_public_key,
    tab_regionality,
    tab_rotations,
    tab_tags,
)

app_name = "keys"


class PeopleConverter(StringConverter):
    """Which list of a key policy: its administrators or its users."""

    regex = "administrators|users"


register_converter(PeopleConverter, "people")

# Addresses with a fixed word stand before those with a key id.
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
    path("keys/schedule-deletion", schedule_deletion.schedule_deletion, name="schedule_deletion"),
    path("keys/edit-tags", tab_tags.edit_tags_of, name="edit_tags_of"),
    path("keys/delete-material", import_material.delete_material_of, name="delete_material_of"),
    path("keys/download", encrypt.download, name="download"),
    path("keys/<str:key_id>", detail.key_detail, name="detail"),
    path("keys/<str:key_id>/encrypt", encrypt.encrypt, name="encrypt"),
    path("keys/<str:key_id>/decrypt", encrypt.decrypt, name="decrypt"),
    path("keys/<str:key_id>/description", description.edit_description, name="edit_description"),
    path("keys/<str:key_id>/tags", tab_tags.edit_tags, name="edit_tags"),
    path("keys/<str:key_id>/rotation", tab_rotations.edit_rotation, name="edit_rotation"),
    path("keys/<str:key_id>/public-key", tab_public_key.download, name="download_public_key"),
    path("keys/<str:key_id>/rotate", tab_rotations.rotate_now, name="rotate_now"),
    path("keys/<str:key_id>/import", import_material.import_parameters, name="import_parameters"),
    path("keys/<str:key_id>/import/upload", import_material.import_upload, name="import_upload"),
    path("keys/<str:key_id>/replicate", replicate_key.replicate, name="replicate"),
    path(
        "keys/<str:key_id>/replicate/<uuid:draft_id>/regenerate/<slug:step_key>",
        replicate_key.regenerate,
        name="replicate_regenerate",
    ),
    path("keys/<str:key_id>/replicate/<uuid:draft_id>/<slug:step_key>", replicate_key.step, name="replicate_step"),
    path("keys/<str:key_id>/primary-region", tab_regionality.change_primary, name="change_primary"),
    path("keys/<str:key_id>/material/delete", import_material.delete_material, name="delete_material"),
    path("keys/<str:key_id>/material/replicas", tab_rotations.replica_import_state, name="replica_import_state"),
    path("keys/<str:key_id>/aliases/create", tab_aliases.create_alias, name="create_alias"),
    path("keys/<str:key_id>/aliases/delete", tab_aliases.delete_aliases, name="delete_aliases"),
    path("keys/<str:key_id>/policy", policy_changes.edit_policy, name="edit_policy"),
    path("keys/<str:key_id>/policy/deletion", policy_changes.allow_deletion, name="allow_deletion"),
    path("keys/<str:key_id>/policy/accounts", policy_changes.edit_accounts, name="edit_accounts"),
    path("keys/<str:key_id>/policy/<people:which>/add", add_people.add_people, name="add_people"),
    path("keys/<str:key_id>/policy/<people:which>/remove", policy_changes.remove_people, name="remove_people"),
    path("policy/lint", policy_lint.lint_policy, name="lint_new_policy"),
    path("keys/<str:key_id>/policy/lint", policy_lint.lint_policy, name="lint_policy"),
    path("keys/<str:key_id>/policy/lint/<slug:replica_region>", policy_lint.lint_policy, name="lint_replica_policy"),
]
