"""The services of the console, their side navigation, and safe links to pages.

Custom key stores are not built yet, so their section is left out: the side navigation offers no dead links.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

# Where a page stands, also before its URL name exists.
FALLBACKS: Mapping[str, str] = {
    "accounts:account": "/account",
    "accounts:security_credentials": "/iam/security-credentials",
    "accounts:sign_in": "/signin",
    "accounts:sign_out": "/signout",
    "accounts:users": "/iam/users",
    "accounts:groups": "/iam/groups",
    "accounts:roles": "/iam/roles",
    "accounts:policies": "/iam/policies",
    "audit:events": "/cloudtrail/events",
    "console:home": "/",
    "console:settings": "/console/settings",
    "console:search": "/console/search",
    "console:cloudshell": "/console/cloudshell",
    "console:conformance": "/console/conformance",
    "console:licences": "/console/licences",
    "console:feedback": "/console/feedback",
    "console:privacy": "/console/privacy",
    "console:terms": "/console/terms",
    "console:cookies": "/console/cookies",
    "keys:landing": "/kms/home",
    "keys:list": "/kms/keys",
    "keys:aws_managed": "/kms/defaultKeys",
    "keys:create": "/kms/keys/create",
}


@dataclass(frozen=True, slots=True)
class Page:
    """An entry of the side navigation; ``prefixes`` are the paths that keep it marked as active."""

    key: str
    label: Text
    url_name: str
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """A service of the console: name, category, where it starts, and the pages of its side navigation."""

    key: str
    name: str
    short: str
    category: Text
    description: Text
    url_name: str
    prefix: str
    pages: tuple[Page, ...]
    is_global: bool = False

    def active_page(self, path: str) -> str:
        """Return the key of the page a path belongs to: the longest matching prefix wins, "" for none."""
        matching = [(len(p), page.key) for page in self.pages for p in page.prefixes if path.startswith(p)]
        return max(matching)[1] if matching else ""


SERVICES: tuple[Service, ...] = (
    Service(
        key="cloudtrail",
        name="CloudTrail",
        short="CloudTrail",
        category=_("Management & Governance"),
        description=_("Track user activity and API usage"),
        url_name="audit:events",
        prefix="/cloudtrail",
        pages=(Page("events", _("Event history"), "audit:events", ("/cloudtrail/events",)),),
    ),
    Service(
        key="iam",
        name="IAM",
        short="IAM",
        category=_("Security, Identity & Compliance"),
        description=_("Manage access to AWS resources"),
        url_name="accounts:users",
        prefix="/iam",
        is_global=True,
        pages=(
            Page("groups", _("User groups"), "accounts:groups", ("/iam/groups",)),
            Page("users", _("Users"), "accounts:users", ("/iam/users",)),
            Page("roles", _("Roles"), "accounts:roles", ("/iam/roles",)),
            Page("policies", _("Policies"), "accounts:policies", ("/iam/policies",)),
        ),
    ),
    Service(
        key="kms",
        name="Key Management Service",
        short="KMS",
        category=_("Security, Identity & Compliance"),
        description=_("Create and control the keys that protect your data"),
        url_name="keys:landing",
        prefix="/kms",
        pages=(
            Page("aws-managed-keys", _("AWS managed keys"), "keys:aws_managed", ("/kms/defaultKeys",)),
            Page("customer-managed-keys", _("Customer managed keys"), "keys:list", ("/kms/keys",)),
        ),
    ),
)
TITLES: Mapping[str, Text] = {
    "kms": _("Key Management Service (KMS)"),
    "iam": _("Identity and Access Management (IAM)"),
    "cloudtrail": "CloudTrail",
}


def service_of(path: str) -> Service | None:
    """Return the service whose pages a path belongs to."""
    return next((s for s in SERVICES if path == s.prefix or path.startswith(f"{s.prefix}/")), None)


def link(name: str, *args: object, region: str = "", **query: str) -> str:
    """Return the address of a page, with the Region in it; the written-down path while the name does not exist.

    An unknown name without a fallback gives "", so that templates leave the link out instead of failing.
    """
    try:
        path = reverse(name, args=args)
    except NoReverseMatch:
        path = FALLBACKS.get(name, "")
    given = {**({"region": region} if region else {}), **query}
    return f"{path}?{urlencode(given)}" if path and given else path
