"""Custom key stores: this version has none, so every account is one without a store.

Each operation answers as AWS does there; only CreateCustomKeyStore, which would succeed on AWS, is refused.
"""

from core.errors import CustomKeyStoreNotFoundException


def refuse_unknown_store(custom_key_store_id: str) -> None:
    """Raise CustomKeyStoreNotFoundException: no id names a store."""
    raise CustomKeyStoreNotFoundException(store=custom_key_store_id)
