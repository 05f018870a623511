"""What must be in place before the first call: root key, secrets, counters. Safe to run at every start.

Nothing is overwritten: a wrong or missing root key stops the start with a clear error.
"""

from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from audit.models import AuditChain, ConfigVersion
from audit.trail import trail
from core.crypto.sealing import SealError
from keys import custody
from keys.models import KeyMaterial, SealedSecret
from keys.root_key import (
    EnvironmentRootKey,
    FileRootKey,
    RootKeyError,
    RootKeyProvider,
    SecretFileRootKey,
)
from operations.registry import load_actions

ROOT_KEY_FILE = "root.key"


def root_key_provider() -> RootKeyProvider:
    """Return the source of root keys that the settings name."""
    if settings.KMS_ROOT_KEY_SOURCE == "env":
        return EnvironmentRootKey(settings.KMS_ROOT_KEY)
    if settings.KMS_ROOT_KEY_SOURCE == "secret-file":
        return SecretFileRootKey(Path(settings.KMS_ROOT_KEY_FILE))
    return FileRootKey(Path(settings.DATA_DIR) / ROOT_KEY_FILE)


def is_migrated() -> bool:
    """Tell whether the database has every table and column that this version of the service needs."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def check_migrated() -> None:
    """Raise ImproperlyConfigured for a database of an older version: a half-known table would break the audit chain."""
    if not is_migrated():
        raise ImproperlyConfigured("The database is not migrated. Run: manage.py migrate (make run does it).")


def prepare() -> None:
    """Load the root keys and make or check what they seal; raises ImproperlyConfigured with one clear line."""
    load_actions()
    ConfigVersion.objects.get_or_create(id=1)
    AuditChain.objects.get_or_create(id=1, defaults={"head": b""})
    sealed_something = SealedSecret.objects.exists() or KeyMaterial.objects.exists()
    try:
        provider = root_key_provider()
        custody.use_root_keys(
            provider.load(create_if_missing=not sealed_something), lambda: provider.load(create_if_missing=False)
        )
        if not SealedSecret.objects.exists():
            custody.create_secrets()
        custody.check_root_keys()
    except RootKeyError as error:
        raise ImproperlyConfigured(f"Root key: {error}") from error
    except SealError as error:
        raise ImproperlyConfigured(f"Root key: not the one that this database was sealed with ({error}).") from error
    trail.configure(custody.secret(custody.AUDIT_CHAIN))
    connection.ensure_connection()
