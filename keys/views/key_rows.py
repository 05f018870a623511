"""Rows of a table of keys: what the signed-in principal may know of each key, and do with it.

The columns of one page are read in one go and shown where DescribeKey and GetKeyLastUsage would be allowed, without
events of their own (design README). Source: console.md 2.4 and 2.11.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.crypto.key_specs import Origin
from keys.views.key_actions import KEY_ACTIONS, reason_text, refusals
from keys.views.labels import ORIGINS, STATES, USAGES, key_type_label, regionality_label, short_alias
from kmsconsole.web.door import refusal_of
from kmsconsole.web.navigation import link
from operations.last_usage import last_usage_times
from operations.metadata import key_metadata
from operations.snapshots import KeySnapshot


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One row. Without ``described`` the caller may not describe the key, ``denied`` says why."""

    key_id: str
    href: str
    aliases_href: str
    alias: str = ""
    more_aliases: int = 0
    described: bool = True
    denied: str = ""
    state: str | Promise = ""
    state_kind: str = ""
    type: str | Promise = ""
    spec: str = ""
    usage: str | Promise = ""
    created_at: datetime | None = None
    last_used: datetime | None = None
    usage_denied: str = ""
    expires_at: datetime | None = None
    description: str = ""
    origin: str | Promise = ""
    regionality: str | Promise = ""
    allowed: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The name of the row's check box."""
        return _("Select key %(name)s") % {"name": self.alias or self.key_id}


def key_rows(
    request: HttpRequest, keys: Sequence[KeySnapshot], moment: datetime, *, with_aliases: bool, with_usage: bool
) -> list[KeyRow]:
    """Build the rows of keys of one account; ``with_usage``: with when they were last used."""
    denied = {key.arn: _usage_denied(request, key) for key in keys} if with_usage else {}
    told = [key for key in keys if denied.get(key.arn) == ""]
    times = last_usage_times(told[0].account_id, [key.arn for key in told]) if told else {}
    return [
        _row(
            request,
            key,
            moment,
            with_aliases,
            {"usage_denied": denied.get(key.arn, ""), "last_used": times.get(key.arn)},
        )
        for key in keys
    ]


def _usage_denied(request: HttpRequest, key: KeySnapshot) -> str:
    refusal = refusal_of(request, "GetKeyLastUsage", {"KeyId": key.key_id})
    return "" if refusal is None else reason_text(refusal)


def _row(
    request: HttpRequest, key: KeySnapshot, moment: datetime, with_aliases: bool, usage: Mapping[str, Any]
) -> KeyRow:
    aliases = sorted(key.facts.aliases) if with_aliases else []
    values: dict[str, Any] = {
        **usage,
        "key_id": key.key_id,
        "href": link("keys:detail", key.key_id, region=key.region),
        "aliases_href": link("keys:detail", key.key_id, region=key.region, tab="aliases"),
        "alias": short_alias(aliases[0]) if aliases else "",
        "more_aliases": max(0, len(aliases) - 1),
    }
    metadata = key_metadata(key, moment)
    denied = refusal_of(request, "DescribeKey", {"KeyId": key.key_id})
    if denied is not None:
        values |= {"described": False, "denied": reason_text(denied)}
    else:
        label, kind = STATES[key.state(moment)]
        values |= {
            "state": label,
            "state_kind": kind,
            "type": key_type_label(key.key_spec),
            "spec": key.key_spec.value,
            "usage": USAGES[key.key_usage],
            "created_at": key.created_at,
            "description": key.description,
            "origin": ORIGINS[key.origin],
            "regionality": regionality_label(key),
            "expires_at": cast("datetime | None", metadata.get("ValidTo")),
        }
    why_not = refusals(
        request,
        key.key_id,
        key.state(moment),
        imported=key.origin is Origin.EXTERNAL,
        has_material="ExpirationModel" in metadata,
    )
    refused = {word: reason_text(why) for word, why in why_not.items()}
    allowed = [action.word for action in KEY_ACTIONS if action.word not in refused]
    return KeyRow(**values, allowed=" ".join(allowed), refused=refused)
