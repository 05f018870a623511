"""What several stories stand on."""

import pytest

from tests.stories.browser import Console


@pytest.fixture
def console(page, service, signed_in):
    """Sign somebody in: ``console(people.alice)``."""

    def sign_in(person) -> Console:
        cookie = signed_in(person).cookies["kms_session"]
        page.context.add_cookies([{"name": "kms_session", "value": cookie.value, "url": service}])
        return Console(page, service)

    return sign_in
