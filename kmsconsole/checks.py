"""System checks: combinations of settings that work and are not safe. Each has a stable id."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.x509 import load_pem_x509_certificate
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from operations.throttling import quota_names


@register("kms")
def check_root_key_source(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A source of root keys needs its value."""
    needed = {"env": "KMS_ROOT_KEY", "secret-file": "KMS_ROOT_KEY_FILE"}.get(settings.KMS_ROOT_KEY_SOURCE)
    if needed and not getattr(settings, needed):
        return [Error(f"KMS_ROOT_KEY_SOURCE={settings.KMS_ROOT_KEY_SOURCE} needs {needed}.", id="kms.E001")]
    return []


@register("kms")
def check_attestation_root(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The root certificate of enclaves must be readable before the first of them asks."""
    if settings.KMS_ATTESTATION_ROOT:
        try:
            load_pem_x509_certificate(Path(settings.KMS_ATTESTATION_ROOT).read_bytes())
        except (OSError, ValueError):
            return [Error(f"KMS_ATTESTATION_ROOT: {settings.KMS_ATTESTATION_ROOT} is not a PEM file.", id="kms.E002")]
    return []


@register("kms")
def check_request_rates(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A rate of a quota that does not exist would be charged to nobody."""
    unknown = sorted(settings.KMS_REQUEST_RATES.keys() - quota_names())
    if unknown:
        return [Error(f"KMS_REQUEST_RATES: {', '.join(unknown)} is no request quota.", id="kms.E003")]
    return []


@register("kms")
def check_sqlite_workers(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """SQLite has one writer; more processes only wait for each other."""
    if settings.KMS_WORKERS > 1 and "sqlite" in settings.DATABASES["default"]["ENGINE"]:
        return [Warning("KMS_WORKERS above 1 needs PostgreSQL; SQLite has one writer.", id="kms.W001")]
    return []


@register("kms", deploy=True)
def check_tls(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Behind TLS the cookies are secure; without it they, and every plaintext, travel in clear."""
    if not settings.KMS_TLS:
        return [Warning("KMS_TLS is off: put a TLS proxy in front and set KMS_TLS=1.", id="kms.W002")]
    return []


@register("kms", deploy=True)
def check_demo(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The demo's accounts are for trying things out."""
    if settings.KMS_DEMO:
        return [Warning("KMS_DEMO is on: an empty database would get the demo accounts.", id="kms.W003")]
    return []
