"""Verification of Ed25519ph with plain arithmetic: RFC 8032, sections 5.1.3, 5.1.4 and 5.1.7. Slow and obvious."""

import hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
PREHASHED = b"SigEd25519 no Ed25519 collisions\x01\x00"  # dom2(1, ""): section 2

Point = tuple[int, int]


def add(one: Point, other: Point) -> Point:
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P
    return x, (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P


def multiply(scalar: int, point: Point) -> Point:
    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def decode(encoded: bytes) -> Point:
    number = int.from_bytes(encoded, "little")
    y, sign = number & (2**255 - 1), number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT_OF_MINUS_ONE % P
    assert x * x % P == square
    return (x if x & 1 == sign else P - x), y


BASE = decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def verifies(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this is a signature of Ed25519ph, with an empty context, of SHA-512(message)."""
    s = int.from_bytes(signature[32:], "little")
    hashed = hashlib.sha512(message).digest()
    challenge = hashlib.sha512(PREHASHED + signature[:32] + public_key + hashed).digest()
    expected = add(decode(signature[:32]), multiply(int.from_bytes(challenge, "little") % ORDER, decode(public_key)))
    return s < ORDER and multiply(s, BASE) == expected
