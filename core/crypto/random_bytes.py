"""Random bytes for callers: GenerateRandom and data keys."""

import os

MAX_RANDOM_BYTES = 1024


def generate_random(length_bytes: int) -> bytes:
    """Return 1 to 1,024 bytes from the operating system's generator, 8 bits of entropy each."""
    if not 1 <= length_bytes <= MAX_RANDOM_BYTES:
        raise ValueError(f"1 to {MAX_RANDOM_BYTES} random bytes can be drawn, not {length_bytes}.")
    return os.urandom(length_bytes)
