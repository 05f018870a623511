"""Making an account with its root identity, its administrator and an access key. Idempotent."""

from dataclasses import dataclass, field
from datetime import datetime

from accounts import queries, unique_ids
from accounts.models import AccessKey, Account, Principal, PrincipalKind
from audit.changes import Touched
from keys import custody
from operations.changes import configuration_change
from policies.aws_managed import ADMINISTRATOR_ACCESS
from policies.models import PolicyAttachment


@dataclass(slots=True)
class SetUpAccount:
    """What was made. Secrets are present only if they were generated or set now; they are printed once."""

    account_id: str
    alias: str | None
    administrator: str
    created: bool
    password: str | None = field(default=None, repr=False)
    access_key_id: str | None = None
    secret_access_key: str | None = field(default=None, repr=False)


def set_up_account(
    account_id: str,
    *,
    alias: str | None,
    administrator: str,
    now: datetime,
    password: str | None = None,
    root_password: str | None = None,
    access_key_id: str | None = None,
    secret_access_key: str | None = None,
) -> SetUpAccount:
    """Make what is missing of an account, its root identity, an administrator with AdministratorAccess, an access key.

    Given credentials are kept as they are; missing ones are generated if the administrator has none yet. The root
    identity can sign in to the console only if ``root_password`` was given once.
    """
    with configuration_change((Touched.IAM, account_id)):
        account, created = Account.objects.get_or_create(id=account_id, defaults={"alias": alias, "created_at": now})
        if alias and account.alias != alias:
            account.alias = alias
            account.save(update_fields=["alias"])
        root = queries.find_root(account_id)
        if root is None:
            root = _new_principal(account, PrincipalKind.ROOT, "root", account_id, now)
        if root_password:
            _give_password(root, root_password, now)
        user = queries.find_user(account_id, administrator)
        done = SetUpAccount(account_id, account.alias, administrator, created)
        if user is None:
            unique_id = unique_ids.new_unique_id(unique_ids.USER_PREFIX)
            user = _new_principal(account, PrincipalKind.USER, administrator, unique_id, now)
            password = password or unique_ids.new_password()
        if password:
            _give_password(user, password, now)
            done.password = password
        PolicyAttachment.objects.get_or_create(principal=user, policy_arn=ADMINISTRATOR_ACCESS)
        _ensure_access_key(user, done, access_key_id, secret_access_key, now)
    return done


def _new_principal(account: Account, kind: PrincipalKind, name: str, unique_id: str, now: datetime) -> Principal:
    principal = Principal(account=account, kind=kind, name=name, unique_id=unique_id, created_at=now)
    principal.set_unusable_password()
    principal.save()
    return principal


def _give_password(principal: Principal, password: str, now: datetime) -> None:
    principal.set_password(password)
    principal.console_access = True
    principal.password_changed_at = now
    principal.save()


def _ensure_access_key(
    user: Principal, done: SetUpAccount, access_key_id: str | None, secret: str | None, now: datetime
) -> None:
    existing = queries.access_keys_of(user.pk)
    if access_key_id is not None:
        if queries.find_access_key(access_key_id) is not None:
            done.access_key_id = access_key_id
            return
        if not secret:
            raise ValueError("An access key id was given without its secret.")
    elif existing:
        done.access_key_id = existing[0].access_key_id
        return
    done.access_key_id = access_key_id or unique_ids.new_access_key_id()
    done.secret_access_key = secret or unique_ids.new_secret_access_key()
    AccessKey.objects.create(
        principal=user,
        access_key_id=done.access_key_id,
        sealed_secret=custody.seal_access_key(done.access_key_id, done.secret_access_key),
        created_at=now,
    )
