"""What several tests of the console's pages stand on."""

import pytest

from tests.console.wizard import Wizard


@pytest.fixture
def wizard(signed_in, people) -> Wizard:
    """Ada's create-key wizard, at its first step."""
    return Wizard(signed_in(people.ada))
