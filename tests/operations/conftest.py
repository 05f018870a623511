"""What several tests of operations use."""

import pytest


@pytest.fixture
def openssl(tmp_path):
    """OpenSSL's command line: see tests/openssl.py."""
    from tests.openssl import OpenSsl

    return OpenSsl(tmp_path)
