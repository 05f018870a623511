"""The only place that filters policies and the permission index."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from accounts.models import Group, Principal
from policies.aws_managed import AWS_MANAGED
from policies.models import Grant, InlinePolicy, KeyPermission, KeyPolicy, ManagedPolicy, PolicyAttachment


@dataclass(frozen=True, slots=True)
class IdentityPolicy:
    """A policy that reaches a principal; ``source`` tells through what, in words."""

    name: str
    source: str
    document: str
    arn: str = ""


def identity_policies(principal: Principal) -> list[IdentityPolicy]:
    """Return the inline and attached policies of a principal and of its groups, in a stable order."""
    found = _policies_of(principal, f"{principal.kind} {principal.name}")
    for group in principal.member_of.all():
        found += _policies_of(group, f"group {group.name}")
    return found


def _policies_of(owner: Principal | Group, label: str) -> list[IdentityPolicy]:
    found = [
        IdentityPolicy(inline.name, f"inline policy of {label}", inline.document)
        for inline in owner.inline_policies.all()
    ]
    for attachment in owner.policy_attachments.all():
        document = managed_document(attachment.policy_arn)
        if document is not None:
            name = attachment.policy_arn.rsplit("/", 1)[-1]
            found.append(IdentityPolicy(name, f"attached to {label}", document, attachment.policy_arn))
    return found


def managed_document(arn: str) -> str | None:
    """Return the document of AWS's or the account's own managed policy."""
    aws = AWS_MANAGED.get(arn)
    if aws is not None:
        return aws.document
    policy = find_managed_policy(arn)
    return policy.document if policy else None


def boundary_document(principal: Principal) -> str | None:
    return managed_document(principal.permissions_boundary_arn) if principal.permissions_boundary_arn else None


def find_managed_policy(arn: str) -> ManagedPolicy | None:
    """Return the customer managed policy of an ARN."""
    account_id, name = (arn.split(":")[4:5] or [""])[0], arn.rsplit("/", 1)[-1]
    rows = ManagedPolicy.objects.filter(account_id=account_id, name=name)
    return next((row for row in rows if row.arn == arn), None)


def managed_policies_of_account(account_id: str) -> list[ManagedPolicy]:
    return list(ManagedPolicy.objects.filter(account_id=account_id))


def attachments_of(policy_arn: str, account_id: str) -> list[PolicyAttachment]:
    rows = PolicyAttachment.objects.filter(policy_arn=policy_arn).select_related("principal", "group")
    return [
        row
        for row in rows
        if account_id in (getattr(row.principal, "account_id", None), getattr(row.group, "account_id", None))
    ]


def entities_attached(policy_arn: str, account_id: str) -> list[Principal | Group]:
    """Return the users, roles and groups of an account that a managed policy is attached to."""
    owners = (row.principal or row.group for row in attachments_of(policy_arn, account_id))
    return [owner for owner in owners if owner is not None]


def bounded_by(policy_arn: str, account_id: str) -> list[Principal]:
    """Return the users and roles of an account whose permissions boundary is a managed policy."""
    return list(Principal.objects.filter(account_id=account_id, permissions_boundary_arn=policy_arn))


def find_inline_policy(owner: Principal | Group, name: str) -> InlinePolicy | None:
    return owner.inline_policies.filter(name=name).first()


def key_policy(key_pk: int) -> KeyPolicy:
    return KeyPolicy.objects.get(key_id=key_pk)


def permissions_of_key(key_pk: int) -> list[KeyPermission]:
    return list(KeyPermission.objects.filter(content_object_id=key_pk).select_related("permission", "user"))


# --- what IAM lists ---------------------------------------------------------------------------------------------------
def inline_policies(owner: Principal | Group) -> list[InlinePolicy]:
    return list(owner.inline_policies.all())


def attached_arns(owner: Principal | Group) -> list[str]:
    """Return the ARNs of the managed policies attached to a user, role or group."""
    return list(owner.policy_attachments.values_list("policy_arn", flat=True))


def attachment_counts(account_id: str) -> dict[str, int]:
    """Return, for each managed policy attached in an account, to how many users, roles and groups."""
    rows = PolicyAttachment.objects.filter(
        Q(principal__account_id=account_id) | Q(group__account_id=account_id)
    ).order_by()
    return dict(rows.values_list("policy_arn").annotate(number=Count("pk")))


def boundary_counts(account_id: str) -> dict[str, int]:
    """Return, for each managed policy that is a permissions boundary in an account, of how many users and roles."""
    rows = Principal.objects.filter(account_id=account_id).exclude(permissions_boundary_arn="").order_by()
    return dict(rows.values_list("permissions_boundary_arn").annotate(number=Count("pk")))


def managed_policy_named(account_id: str, name: str) -> ManagedPolicy | None:
    """Return the customer managed policy of a name, ignoring case."""
    return ManagedPolicy.objects.filter(account_id=account_id, name__iexact=name).first()


def count_managed_policies(account_id: str) -> int:
    return ManagedPolicy.objects.filter(account_id=account_id).count()


# --- grants -----------------------------------------------------------------------------------------------------------
def has_grants(key_pk: int) -> bool:
    return Grant.objects.filter(key_id=key_pk).exists()


def grants_of_key(key_pk: int) -> list[Grant]:
    return list(Grant.objects.filter(key_id=key_pk).order_by("id"))


def grants_of_grantee(key_pk: int, grantee: str) -> list[Grant]:
    return list(Grant.objects.filter(key_id=key_pk, grantee=grantee).order_by("id"))


def count_grants(key_pk: int) -> int:
    return Grant.objects.filter(key_id=key_pk).count()


def find_grant(grant_id: str) -> Grant | None:
    return Grant.objects.select_related("key").filter(grant_id=grant_id).first()


def same_grants(key_pk: int, name: str, grantee: str) -> list[Grant]:
    """Return the grants on a key that have this name and grantee: candidates for an idempotent CreateGrant."""
    return list(Grant.objects.filter(key_id=key_pk, grantee=grantee, name=name).order_by("id"))


def grants_page(key_pk: int, after_pk: int, size: int, grant_id: str | None, grantee: str | None) -> list[Grant]:
    """Return up to ``size`` grants of a key in order of creation, from behind ``after_pk``."""
    rows = Grant.objects.filter(key_id=key_pk, pk__gt=after_pk)
    if grant_id is not None:
        rows = rows.filter(grant_id=grant_id)
    if grantee is not None:
        rows = rows.filter(grantee=grantee)
    return list(rows.order_by("pk")[:size])


def retirable_grants_page(
    retiring: str, account_id: str, region: str, after_pk: int, size: int, now: datetime
) -> list[Grant]:
    """Return up to ``size`` grants of a Region that a principal may retire, from behind ``after_pk``.

    Those on a key of this account whose waiting period is over are left out, swept away or not; other accounts have
    clocks of their own.
    """
    rows = Grant.objects.filter(retiring=retiring, key__region=region, pk__gt=after_pk).select_related("key")
    rows = rows.exclude(key__account_id=account_id, key__deletion_date__lte=now)
    return list(rows.order_by("pk")[:size])
