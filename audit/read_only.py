"""Which events only read, by name. Source: kms-semantics 5.1; console.md 4.2, "The trap".

Each record says it of itself; this table tells it of a name before a record is read. A test compares it with the
registry of operations.
"""

_PREFIXES = ("Describe", "Get", "List", "Lookup", "Simulate")
_USES = frozenset(
    {
        "AssumeRole",
        "Decapsulate",
        "Decrypt",
        "DeriveSharedSecret",
        "Encapsulate",
        "Encrypt",
        "GenerateCredentialReport",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GenerateRandom",
        "ReEncrypt",
        "Sign",
        "Verify",
        "VerifyMac",
    }
)


def is_read_only(event_name: str) -> bool:
    """Tell whether events of this name change nothing."""
    return event_name in _USES or event_name.startswith(_PREFIXES)
