"""The only place that filters accounts, principals, groups and credentials."""

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import AccessKey, Account, Group, Principal, PrincipalKind


def _principals() -> QuerySet[Principal]:
    return Principal.objects.select_related("account")


# --- accounts ---------------------------------------------------------------------------------------------------------
def find_account(account_id: str) -> Account | None:
    return Account.objects.filter(pk=account_id).first()


def find_account_by_name(id_or_alias: str) -> Account | None:
    """Return the account with this 12-digit id or alias."""
    return find_account(id_or_alias) or Account.objects.filter(alias=id_or_alias).first()


def accounts() -> list[Account]:
    return list(Account.objects.order_by("id"))


# --- principals -------------------------------------------------------------------------------------------------------
def find_principal(pk: int) -> Principal | None:
    return _principals().filter(pk=pk).first()


def find_root(account_id: str) -> Principal | None:
    return _principals().filter(account_id=account_id, kind=PrincipalKind.ROOT).first()


def find_user(account_id: str, name: str) -> Principal | None:
    return _principals().filter(account_id=account_id, kind=PrincipalKind.USER, name__iexact=name).first()


def find_role(account_id: str, name: str) -> Principal | None:
    return _principals().filter(account_id=account_id, kind=PrincipalKind.ROLE, name__iexact=name).first()


def principals_page(
    account_id: str, kinds: tuple[PrincipalKind, ...], text: str, page: int, size: int, descending: bool = False
) -> tuple[list[Principal], int]:
    """Return a page (from 1) of users and roles whose name, path or type contains ``text``, and how many there are."""
    rows = _principals().filter(account_id=account_id, kind__in=kinds)
    for word in text.split():
        rows = rows.filter(_contains(word))
    rows = rows.order_by("-name" if descending else "name", "pk")
    return list(rows[(page - 1) * size : page * size]), rows.count()


def users_page(
    account_id: str, text: str, page: int, size: int, descending: bool = False
) -> tuple[list[Principal], int]:
    """Return a page (from 1) of users with their groups and access keys, and how many match."""
    rows = Principal.objects.filter(account_id=account_id, kind=PrincipalKind.USER)
    for word in text.split():
        rows = rows.filter(Q(name__icontains=word) | Q(path__icontains=word) | Q(access_keys__access_key_id=word))
    rows = rows.distinct().order_by("-name" if descending else "name").prefetch_related("access_keys", "member_of")
    return list(rows[(page - 1) * size : page * size]), rows.count()


def count_users(account_id: str) -> int:
    return count_principals(account_id, PrincipalKind.USER)


def groups_page(account_id: str, text: str, page: int, size: int) -> tuple[list[Group], int]:
    """Return a page (from 1) of groups with ``number_of_users``, and how many match."""
    rows = Group.objects.filter(account_id=account_id)
    for word in text.split():
        rows = rows.filter(name__icontains=word)
    counted = rows.annotate(number_of_users=Count("members")).order_by("name").prefetch_related("policy_attachments")
    return list(counted[(page - 1) * size : page * size]), rows.count()


def _contains(word: str) -> Q:
    found = Q(name__icontains=word) | Q(path__icontains=word)
    for kind in (PrincipalKind.USER, PrincipalKind.ROLE):
        if word.lower() == kind.value:
            found |= Q(kind=kind)
    return found


def unique_ids(arns: frozenset[str]) -> dict[str, str]:
    """Return the unique id of each user or role ARN that exists now; path and case count."""
    wanted: dict[tuple[str, str, str, str], str] = {}
    for arn in arns:
        parts = arn.split(":", 5)
        if len(parts) != 6 or parts[2] != "iam":
            continue
        kind, _, rest = parts[5].partition("/")
        if kind not in (PrincipalKind.USER, PrincipalKind.ROLE) or not rest:
            continue
        directory, slash, name = rest.rpartition("/")
        wanted[(parts[4], kind, f"/{directory}{slash}" if slash else "/", name)] = arn
    if not wanted:
        return {}
    rows = Principal.objects.filter(
        account_id__in={key[0] for key in wanted}, name__in={key[3] for key in wanted}
    ).values_list("account_id", "kind", "path", "name", "unique_id")
    return {wanted[row[:4]]: row[4] for row in rows if row[:4] in wanted}


def arns_of(unique_ids: set[str]) -> dict[str, str]:
    """Return the current ARN of each unique id that still exists."""
    return {principal.unique_id: principal.arn for principal in Principal.objects.filter(unique_id__in=unique_ids)}


def principals_by_unique_id(unique_ids: set[str]) -> dict[str, Principal]:
    return {principal.unique_id: principal for principal in Principal.objects.filter(unique_id__in=unique_ids)}


def existing_account_ids(account_ids: set[str]) -> set[str]:
    return set(Account.objects.filter(pk__in=account_ids).values_list("pk", flat=True))


# --- groups -----------------------------------------------------------------------------------------------------------
def find_group(account_id: str, name: str) -> Group | None:
    return Group.objects.filter(account_id=account_id, name__iexact=name).first()


def groups_of_account(account_id: str) -> QuerySet[Group]:
    return Group.objects.filter(account_id=account_id).order_by("name")


# --- access keys ------------------------------------------------------------------------------------------------------
def find_access_key(access_key_id: str) -> AccessKey | None:
    return AccessKey.objects.select_related("principal__account").filter(access_key_id=access_key_id).first()


def access_keys_of(principal_pk: int) -> list[AccessKey]:
    return list(AccessKey.objects.filter(principal_id=principal_pk).select_related("principal"))


def access_keys_page(after_pk: int, size: int) -> list[AccessKey]:
    """Return up to ``size`` access keys by pk, from behind ``after_pk``: for re-sealing."""
    return list(AccessKey.objects.filter(pk__gt=after_pk).order_by("pk")[:size])


# --- what IAM lists: by name, ignoring case ---------------------------------------------------------------------------
def named_principals(account_id: str, kind: PrincipalKind, path_prefix: str, after: str, size: int) -> list[Principal]:
    """Return up to ``size`` users or roles by name, from behind ``after`` (in lower case)."""
    rows = Principal.objects.filter(account_id=account_id, kind=kind, path__startswith=path_prefix)
    rows = rows.annotate(position=Lower("name")).filter(position__gt=after)
    return list(rows.order_by("position")[:size])


def named_groups(account_id: str, path_prefix: str, after: str, size: int) -> list[Group]:
    """Return up to ``size`` groups by name, from behind ``after`` (in lower case)."""
    rows = Group.objects.filter(account_id=account_id, path__startswith=path_prefix)
    return list(rows.annotate(position=Lower("name")).filter(position__gt=after).order_by("position")[:size])


def members_of_group(group_pk: int, after: str, size: int) -> list[Principal]:
    rows = Principal.objects.filter(member_of=group_pk)
    return list(rows.annotate(position=Lower("name")).filter(position__gt=after).order_by("position")[:size])


def groups_of_user(user_pk: int) -> list[Group]:
    return list(Group.objects.filter(members=user_pk).order_by("name"))


def count_principals(account_id: str, kind: PrincipalKind) -> int:
    return Principal.objects.filter(account_id=account_id, kind=kind).count()


def count_groups(account_id: str) -> int:
    return Group.objects.filter(account_id=account_id).count()


def has_members(group_pk: int) -> bool:
    return Principal.objects.filter(member_of=group_pk).exists()


def find_access_key_of(principal_pk: int, access_key_id: str) -> AccessKey | None:
    return AccessKey.objects.filter(principal_id=principal_pk, access_key_id=access_key_id).first()


def load_account(account_id: str) -> Account:
    return Account.objects.get(pk=account_id)


def save_resealed(row: AccessKey) -> bool:
    """Store an access key's new seal unless the key was deleted meanwhile; tells whether it was stored."""
    return bool(AccessKey.objects.filter(pk=row.pk).update(sealed_secret=row.sealed_secret))
