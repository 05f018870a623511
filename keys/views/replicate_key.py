"""**Create new replica keys**: Regions, labels, key policy, review. Source: console.md 2.13.

The pages keep what is entered in themselves: each step posts all of it, so nothing is stored before **Finish**.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.errors import KmsError
from core.policy.documents import default_key_policy
from keys.forms.labels import LabelsForm
from keys.forms.step_form import Surroundings
from keys.views.described_key import DescribedKey
from keys.views.key_page import key_breadcrumbs, key_page
from keys.views.labels import short_alias
from keys.views.tab_regionality import free_regions
from kmsconsole.web import flash
from kmsconsole.web.components import Flash, Option, Step
from kmsconsole.web.door import caller, perform, refusal_of
from kmsconsole.web.errors import flash_refusal, refusal_view
from kmsconsole.web.navigation import link
from kmsconsole.web.regions import region as region_of
from operations.alias_names import PREFIX

TITLES: Sequence[str | Promise] = (
    gettext_lazy("Select Regions"),
    gettext_lazy("Add labels"),
    gettext_lazy("Edit key policy"),
    gettext_lazy("Review"),
)
REGIONS, LABELS, POLICY, REVIEW = 1, 2, 3, 4
OF_PRIMARY, DEFAULT = "primary", "default"


@dataclass(frozen=True, slots=True)
class Entered:
    """What the steps hold so far."""

    regions: tuple[str, ...]
    labels: Mapping[str, list[str]]
    policy: str

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Every value as a hidden field of another step."""
        fields = [("regions", region) for region in self.regions]
        fields += [(name, value) for name, values in self.labels.items() for value in values]
        return [*fields, ("policy", self.policy)]


@require_http_methods(["GET", "POST"])
@key_page
def replicate(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    """Show a step, or take what was entered in it."""
    free = free_regions(key)
    if request.method == "GET" or not free:
        refusal = refusal_of(request, "ReplicateKey", {"KeyId": key.key_id, "ReplicaRegion": (free or [key.region])[0]})
        return _page(request, key, REGIONS, _prefilled(request, key), status=403 if refusal else 200, refusal=refusal)
    entered = _posted(request.POST)
    step = {str(number): number for number in range(REGIONS, REVIEW + 1)}.get(request.POST.get("step", ""), REGIONS)
    match request.POST.get("go"):
        case "next":
            return _next(request, key, step, entered)
        case "previous":
            return _page(request, key, max(REGIONS, step - 1), entered)
    return _page(request, key, step, entered)  # a tag was added or removed


def _next(request: HttpRequest, key: DescribedKey, step: int, entered: Entered) -> HttpResponse:
    """Go on to the first step that is not in order, or the next one, or finish."""
    for earlier in range(REGIONS, step + 1):
        if _faults(request, key, earlier, entered):
            return _page(request, key, earlier, entered, checked=True, status=422)
    return _finish(request, key, entered) if step == REVIEW else _page(request, key, step + 1, entered)


def _faults(request: HttpRequest, key: DescribedKey, step: int, entered: Entered) -> bool:
    if step == REGIONS:
        return not entered.regions or not set(entered.regions) <= set(free_regions(key))
    if step == LABELS:
        return not _labels_form(request, entered, checked=True).is_valid()
    return step == POLICY and entered.policy not in (OF_PRIMARY, DEFAULT)


def _labels_form(request: HttpRequest, entered: Entered, *, checked: bool) -> LabelsForm:
    """Return the form of the labels; of the first Region in which they cannot be had, if it is ``checked``."""
    account_id = caller(request).account_id
    forms = [
        LabelsForm(entered.labels, Surroundings(account_id, region, lambda text: []), checked=checked)
        for region in entered.regions or ("",)
    ]
    return next((form for form in forms if checked and not form.is_valid()), forms[0])


# --- what is entered --------------------------------------------------------------------------------------------------
def _posted(posted: QueryDict) -> Entered:
    labels = LabelsForm.kept(posted, None)
    regions = tuple(dict.fromkeys(str(region) for region in posted.getlist("regions")))
    return Entered(regions, labels, str(posted.get("policy", OF_PRIMARY)))


def _prefilled(request: HttpRequest, key: DescribedKey) -> Entered:
    """Return what the primary key has, as far as the signed-in principal may know it."""
    aliases = _read(request, "ListAliases", {"KeyId": key.key_id}, "Aliases")
    tags = _read(request, "ListResourceTags", {"KeyId": key.key_id}, "Tags")
    labels = {
        "alias": [short_alias(aliases[0]["AliasName"]) if aliases else ""],
        "description": [key.description],
        "tag_key": [tag["TagKey"] for tag in tags],
        "tag_value": [tag["TagValue"] for tag in tags],
    }
    return Entered((), labels, OF_PRIMARY)


def _read(request: HttpRequest, action: str, members: Mapping[str, object], member: str) -> list[Any]:
    try:
        answer: Mapping[str, Any] = perform(request, action, members).members or {}
    except KmsError:
        return []
    return list(answer[member])


def _policy_text(request: HttpRequest, key: DescribedKey, entered: Entered) -> str:
    """Return the policy of the replicas; raises the refusal of GetKeyPolicy."""
    if entered.policy == DEFAULT:
        return default_key_policy(key.account_id)
    answer = perform(request, "GetKeyPolicy", {"KeyId": key.key_id}).members or {}
    return str(answer["Policy"])


# --- pages ------------------------------------------------------------------------------------------------------------
def _page(
    request: HttpRequest,
    key: DescribedKey,
    step: int,
    entered: Entered,
    *,
    checked: bool = False,
    status: int = 200,
    refusal: KmsError | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "key": key,
        "breadcrumbs": key_breadcrumbs(request, key, _("Create new replica keys")),
        "steps": [Step(title) for title in TITLES],
        "current": step,
        "title": TITLES[step - 1],
        "template": f"keys/replicate/{('regions', 'labels', 'policy', 'review')[step - 1]}.html",
        "entered": entered,
        "hidden": [pair for pair in entered.hidden if pair[0] not in _FIELDS[step]],
        "back": key.href(tab="regionality"),
        "help_topic": "regionality",
    }
    if step == REGIONS:
        taken = {each.region for each in key.related}
        context["regions"] = [
            {"code": region, "name": region_of(region).name, "chosen": region in entered.regions}
            for region in free_regions(key)
        ]
        context["taken"] = [f"{region_of(region).name} {region}" for region in sorted(taken)]
        context["regions_error"] = _("Choose at least one Region.") if checked else ""
    elif step == LABELS:
        context["form"] = _labels_form(request, entered, checked=checked)
    else:
        try:
            context["policy_text"] = _policy_text(request, key, entered)
        except KmsError as refused:
            context["policy_refusal"] = refusal_view(request, refused)
    if step == POLICY:
        context["options"] = [
            Option(OF_PRIMARY, _("The policy of the primary key")),
            Option(DEFAULT, _("The default key policy"), _("IAM policies of the account decide.")),
        ]
    elif step == REVIEW:
        context["form"] = _labels_form(request, entered, checked=True)
        context["places"] = [f"{region_of(region).name} {region}" for region in entered.regions]
    if refusal is not None:
        context["refusal"] = refusal_view(request, refusal)
    return render(request, "keys/replicate.html", context, status=status)


_FIELDS: Mapping[int, Sequence[str]] = {
    REGIONS: ("regions",),
    LABELS: ("alias", "description", "tag_key", "tag_value"),
    POLICY: ("policy",),
    REVIEW: (),
}


# --- Finish -----------------------------------------------------------------------------------------------------------
def _finish(request: HttpRequest, key: DescribedKey, entered: Entered) -> HttpResponse:
    """Make a replica in each Region, then its alias there; what is refused is told Region by Region."""
    form = _labels_form(request, entered, checked=True)
    try:
        policy = _policy_text(request, key, entered)
    except KmsError:
        return _page(request, key, POLICY, entered, status=422)
    tags = [{"TagKey": tag_key, "TagValue": value} for tag_key, value in form.tags]
    members = {
        "KeyId": key.key_id,
        "Policy": policy,
        "Description": form.cleaned_data["description"],
        **({"Tags": tags} if tags else {}),
    }
    alias = PREFIX + form.cleaned_data["alias"]
    for region in entered.regions:
        _replicate_to(request, key, region, members, alias)
    return redirect(key.href(tab="regionality"))


def _replicate_to(
    request: HttpRequest, key: DescribedKey, region: str, members: Mapping[str, object], alias: str
) -> None:
    try:
        perform(request, "ReplicateKey", {**members, "ReplicaRegion": region})
    except KmsError as refusal:
        flash_refusal(request, refusal, _("Failed to create a replica key in %(region)s") % {"region": region})
        return
    try:
        perform(request, "CreateAlias", {"AliasName": alias, "TargetKeyId": key.key_id}, region=region)
    except KmsError as refusal:
        text = _("The replica key in %(region)s was created, but its alias was not") % {"region": region}
        flash_refusal(request, refusal, text)
        return
    href = link("keys:detail", key.key_id, region=region)
    text = _("A replica key was created in %(region)s.") % {"region": region}
    flash.add(request, Flash("success", text, action_label=_("View key"), action_href=href))
