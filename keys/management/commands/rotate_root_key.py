"""manage.py rotate_root_key: seal everything anew under a new root key, while the service is up. Safe to interrupt."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from core.crypto.sealing import SealError
from keys.root_key import RootKeyError
from kmsconsole.management.prepared import PreparedCommand
from operations.root_key_rotation import rotate_root_key


class Command(PreparedCommand):
    help = (
        "Move everything that is sealed to the newest root key. With KMS_ROOT_KEY_SOURCE=file a new one is made and "
        "the older ones are removed; otherwise put the new one in front of the old one first, restart, and remove the "
        "old one when this is done. An interrupted run is continued by the next."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = rotate_root_key()
        except (RootKeyError, SealError) as error:
            raise CommandError(str(error)) from error
        self.summary(asdict(done), as_json=options["json"])
