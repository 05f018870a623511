"""The people of every test, always in the same parts.

Alice administers keys, Bob uses them, Carol audits, Mallory may do nothing, Ada is the account's administrator; Olga is
Ada's counterpart in another account. Alice, Bob and Mallory have no IAM policy: what they may do, key policies say.
"""

from dataclasses import dataclass, field

from accounts import unique_ids
from accounts.models import AccessKey, Account, Principal, PrincipalKind
from audit.changes import Touched
from keys import custody
from operations import clock
from operations.changes import configuration_change
from operations.snapshots import find_caller
from policies.aws_managed import ADMINISTRATOR_ACCESS, PREFIX
from policies.models import InlinePolicy, PolicyAttachment

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
REGION = "us-east-1"


@dataclass(frozen=True)
class Person:
    """Somebody with an access key; ``principal`` signs in to the console."""

    name: str
    principal: Principal
    access_key_id: str
    secret_access_key: str = field(repr=False)

    @property
    def arn(self) -> str:
        return self.principal.arn

    @property
    def account_id(self) -> str:
        return self.principal.account_id

    @property
    def caller(self):
        found = find_caller(self.principal.pk)
        assert found is not None
        return found


@dataclass(frozen=True)
class People:
    ada: Person
    alice: Person
    bob: Person
    carol: Person
    mallory: Person
    olga: Person


def settle() -> People:
    """Make both accounts and everybody in them."""
    now = clock.account_time(0)
    with configuration_change((Touched.EVERYTHING, "")):
        for account_id in (ACCOUNT, OTHER_ACCOUNT):
            account = Account.objects.create(id=account_id, created_at=now)
            root = Principal(
                account=account, kind=PrincipalKind.ROOT, name="root", unique_id=account_id, created_at=now
            )
            root.set_unusable_password()
            root.save()
        return People(
            ada=new_person("Ada", managed=ADMINISTRATOR_ACCESS),
            alice=new_person("Alice"),
            bob=new_person("Bob"),
            carol=new_person("Carol", managed=f"{PREFIX}/AWSCloudTrail_ReadOnlyAccess"),
            mallory=new_person("Mallory"),
            olga=new_person("Olga", account_id=OTHER_ACCOUNT, managed=ADMINISTRATOR_ACCESS),
        )


def new_person(
    name: str,
    *,
    account_id: str = ACCOUNT,
    managed: str | None = None,
    inline: str | None = None,
    kind: PrincipalKind = PrincipalKind.USER,
    path: str = "/",
) -> Person:
    """Make a user (or role) with an access key; call it inside ``configuration_change``."""
    prefix = unique_ids.USER_PREFIX if kind is PrincipalKind.USER else unique_ids.ROLE_PREFIX
    principal = Principal(
        account_id=account_id,
        kind=kind,
        name=name,
        path=path,
        unique_id=unique_ids.new_unique_id(prefix),
        created_at=clock.account_time(0),
        console_access=True,
    )
    principal.set_unusable_password()
    principal.save()
    if managed:
        PolicyAttachment.objects.create(principal=principal, policy_arn=managed)
    if inline:
        InlinePolicy.objects.create(principal=principal, name="inline", document=inline)
    key_id, secret = unique_ids.new_access_key_id(), unique_ids.new_secret_access_key()
    AccessKey.objects.create(
        principal=principal,
        access_key_id=key_id,
        sealed_secret=custody.seal_access_key(key_id, secret),
        created_at=clock.account_time(0),
    )
    return Person(name, principal, key_id, secret)
