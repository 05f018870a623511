"""The names of AWS Regions, as the Region menu shows them.

Source: AWS General Reference, "Regions and endpoints". Which Regions an installation offers is settings.KMS_REGIONS.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Region:
    """A Region: its code, its short place name (``Seoul``) and the group of the menu, in the reader's language."""

    code: str
    place: str
    area: str

    @property
    def name(self) -> str:
        """The full name: ``Asia Pacific (Seoul)``; the code itself for a Region that is not in the table."""
        if not self.area:
            return self.code
        return gettext("%(area)s (%(place)s)") % {"area": self.area, "place": self.place}


NAMES: Mapping[str, tuple[str, str]] = {
    "us-east-1": (_("N. Virginia"), _("US East")),
    "us-east-2": (_("Ohio"), _("US East")),
    "us-west-1": (_("N. California"), _("US West")),
    "us-west-2": (_("Oregon"), _("US West")),
    "af-south-1": (_("Cape Town"), _("Africa")),
    "ap-east-1": (_("Hong Kong"), _("Asia Pacific")),
    "ap-northeast-1": (_("Tokyo"), _("Asia Pacific")),
    "ap-northeast-2": (_("Seoul"), _("Asia Pacific")),
    "ap-northeast-3": (_("Osaka"), _("Asia Pacific")),
    "ap-south-1": (_("Mumbai"), _("Asia Pacific")),
    "ap-south-2": (_("Hyderabad"), _("Asia Pacific")),
    "ap-southeast-1": (_("Singapore"), _("Asia Pacific")),
    "ap-southeast-2": (_("Sydney"), _("Asia Pacific")),
    "ap-southeast-3": (_("Jakarta"), _("Asia Pacific")),
    "ap-southeast-4": (_("Melbourne"), _("Asia Pacific")),
    "ca-central-1": (_("Central"), _("Canada")),
    "ca-west-1": (_("Calgary"), _("Canada West")),
    "eu-central-1": (_("Frankfurt"), _("Europe")),
    "eu-central-2": (_("Zurich"), _("Europe")),
    "eu-north-1": (_("Stockholm"), _("Europe")),
    "eu-south-1": (_("Milan"), _("Europe")),
    "eu-south-2": (_("Spain"), _("Europe")),
    "eu-west-1": (_("Ireland"), _("Europe")),
    "eu-west-2": (_("London"), _("Europe")),
    "eu-west-3": (_("Paris"), _("Europe")),
    "il-central-1": (_("Tel Aviv"), _("Israel")),
    "me-central-1": (_("UAE"), _("Middle East")),
    "me-south-1": (_("Bahrain"), _("Middle East")),
    "sa-east-1": (_("São Paulo"), _("South America")),
}


def region(code: str) -> Region:
    """Return the Region of a code; a code that is not in the table is its own name."""
    if code not in NAMES:
        return Region(code, code, "")
    place, area = NAMES[code]
    return Region(code, gettext(place), gettext(area))


def grouped(codes: Iterable[str]) -> list[tuple[str, list[Region]]]:
    """Group Regions for the menu, in the order given."""
    groups: dict[str, list[Region]] = {}
    for code in codes:
        entry = region(code)
        groups.setdefault(entry.area or entry.code, []).append(entry)
    return list(groups.items())
