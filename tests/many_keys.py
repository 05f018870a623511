"""Makes accounts with many keys at once, for tests of lists: rows without material, which nothing here uses."""

import uuid

from accounts.models import Account
from audit.changes import Touched
from core.policy.documents import default_key_policy
from keys.models import Alias, KmsKey, Tag
from operations import clock
from operations.changes import configuration_change
from policies.models import KeyPolicy


def make_keys(account_id: str, region: str, number: int, *, tagged_every: int = 0) -> None:
    """Make ``number`` keys with an alias each; every ``tagged_every``-th has a tag."""
    now = clock.account_time(0)
    account = Account.objects.get(pk=account_id)
    with configuration_change((Touched.EVERYTHING, "")):
        keys = KmsKey.objects.bulk_create(
            [
                KmsKey(
                    account=account,
                    region=region,
                    key_id=str(uuid.uuid4()),
                    key_spec="SYMMETRIC_DEFAULT",
                    key_usage="ENCRYPT_DECRYPT",
                    origin="AWS_KMS",
                    state="Enabled",
                    created_at=now,
                    first_alias=f"alias/key-{at:06}",
                )
                for at in range(number)
            ],
            batch_size=1000,
        )
        policy = default_key_policy(account_id)
        KeyPolicy.objects.bulk_create([KeyPolicy(key=key, document=policy) for key in keys], batch_size=1000)
        Alias.objects.bulk_create(
            [
                Alias(account=account, region=region, name=key.first_alias, key=key, created_at=now, updated_at=now)
                for key in keys
            ],
            batch_size=1000,
        )
        if tagged_every:
            Tag.objects.bulk_create([Tag(key=key, tag_key="Stage", tag_value="test") for key in keys[::tagged_every]])
