"""One key per message: NIST SP 800-108r1, section 4.1, KDF in counter mode with HMAC-SHA-256.

    K = HMAC-SHA-256(KI, [1] || Label || 0x00 || Context || [256])

``[1]`` is the counter and ``[256]`` the length in bits, 4 bytes each, big-endian; 256 bits need one round. Label is a
constant of the use; Context is the framed names the key is bound to, then the message's own 16 random bytes.

Measured on one core, with a message of 32 bytes: HMAC from a prepared state 0.8 us, ``hmac.digest`` 1.3 us, HKDF of
the library 2.3 us, AES-CMAC 1.4 us. The state is therefore keyed once and copied for each message.
"""

import hmac

from core.crypto.framing import frame
from core.crypto.opaque import Opaque

RANDOM_BYTES = 16
NONCE = bytes(12)
"""The AES-GCM nonce of every message.

A constant is safe because no key is used for two messages: GCM needs (key, nonce) to be unique, and the key is derived
from 128 fresh random bits. Two messages under one material share a key only if these bits collide: probability below
2**-33 after 2**48 messages, which is the bound SP 800-38D (section 8) asks for, and far beyond the 2**32 messages that
random 96-bit nonces under one key would permit.
"""


def prepare(secret: bytes, fixed_input: bytes) -> hmac.HMAC:
    """Return the PRF keyed with `secret`, having read the counter and the beginning of the fixed input data."""
    return hmac.new(secret, (1).to_bytes(4, "big") + fixed_input, "sha256")


def finish(prepared: hmac.HMAC, fixed_input: bytes) -> bytes:
    """Return the 32 derived bytes, after the rest of the fixed input data; `prepared` stays usable, by any thread."""
    state = prepared.copy()
    state.update(fixed_input)
    return state.digest()


class MessageKeys(Opaque):
    """The per-message keys of one secret, for one use (`label`, without a zero byte) and one set of names."""

    __slots__ = ("_prepared",)

    def __init__(self, secret: bytes, label: bytes, *names: str) -> None:
        self._prepared = prepare(secret, label + b"\x00" + frame(*names))

    def derive(self, random_value: bytes) -> bytes:
        """Return the 256-bit key of the message with these :data:`RANDOM_BYTES`."""
        return finish(self._prepared, random_value + b"\x00\x00\x01\x00")
