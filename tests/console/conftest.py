"""What several tests of the console's pages stand on."""

import pytest

from tests.clients import Client
from tests.console.wizard import STEPS, Wizard


def walked(people, walk, *more):
    """Let Ada walk; return her cookies, and the address where she stands."""
    client = Client()
    client.force_login(people.ada.principal, backend="kmsconsole.web.authenticate.ConsoleBackend")
    wizard = walk(people, client, *more)
    return client.cookies, wizard.address


@pytest.fixture
def wizard_after(made_once, client):
    """Begin a test where others begin too: ``wizard_after(walk, *more)`` is the wizard where ``walk(people, client,
    *more)`` of Ada's ended.
    """

    def begin(walk, *more) -> Wizard:
        client.cookies, address = made_once(walked, walk, *more)
        return Wizard(client, address)

    return begin


def to_step(people, client, step: str) -> Wizard:
    return Wizard(client).to(step)


@pytest.fixture
def wizard_at(wizard_after):
    """Begin with Ada's create-key wizard at a step, reached by Next alone."""
    return lambda step=STEPS[0]: wizard_after(to_step, step)


@pytest.fixture
def wizard(wizard_at) -> Wizard:
    """Ada's create-key wizard, at its first step."""
    return wizard_at()
