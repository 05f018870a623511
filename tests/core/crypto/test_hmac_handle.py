"""HMAC: the published answers of RFC 4231; a MAC is whole or wrong."""

import hmac

import pytest

from core.crypto.algorithms import ALGORITHMS
from core.crypto.key_specs import KeySpec, KeyUsage
from core.errors import KMSInvalidMacException
from tests.core.crypto.private_keys import handle_of_bytes, new_handle
from tests.core.crypto.vectors import load_cases

MAC = KeyUsage.GENERATE_VERIFY_MAC
LENGTHS = {KeySpec.HMAC_224: 28, KeySpec.HMAC_256: 32, KeySpec.HMAC_384: 48, KeySpec.HMAC_512: 64}


@pytest.mark.parametrize("case", load_cases("hmac"), ids=lambda case: case["spec"])
def test_a_published_mac_is_made(case):
    handle = handle_of_bytes(bytes.fromhex(case["secret"]), case["spec"], MAC)
    algorithm = ALGORITHMS[MAC][KeySpec(case["spec"])][0]
    message, mac = bytes.fromhex(case["message"]), bytes.fromhex(case["mac"])
    assert handle.mac(algorithm, message) == mac
    handle.verify(algorithm, message, mac)


@pytest.mark.parametrize(("spec", "length"), LENGTHS.items())
def test_a_part_of_a_mac_or_more_than_it_is_refused(spec, length):
    handle, algorithm = new_handle(spec, MAC), ALGORITHMS[MAC][spec][0]
    mac = handle.mac(algorithm, b"pay")
    assert len(mac) == length
    handle.verify(algorithm, b"pay", mac)
    for wrong in (mac[:-1], mac[:16], mac + b"\0", b"", bytes([mac[0] ^ 1]) + mac[1:]):
        with pytest.raises(KMSInvalidMacException):
            handle.verify(algorithm, b"pay", wrong)
    with pytest.raises(KMSInvalidMacException):
        handle.verify(algorithm, b"pay!", mac)


def test_many_macs_with_one_handle_do_not_disturb_each_other():
    secret = bytes(range(32))
    handle = handle_of_bytes(secret, KeySpec.HMAC_256, MAC)
    for number in range(50):
        message = number.to_bytes(4, "big") * number
        assert handle.mac("HMAC_SHA_256", message) == hmac.digest(secret, message, "sha256")
