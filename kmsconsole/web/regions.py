"""The names of AWS Regions, as the Region menu shows them.

Source: AWS General Reference, "Regions and endpoints". Which Regions an installation offers is settings.KMS_REGIONS.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Region:
    """A Region: its code, its short place name (``Seoul``) and the group of the menu it stands in."""

    code: str
    place: str
    area: str

    @property
    def name(self) -> str:
        """The full name: ``Asia Pacific (Seoul)``; the code itself for a Region that is not in the table."""
        return f"{self.area} ({self.place})" if self.area else self.code


NAMES: Mapping[str, tuple[str, str]] = {
    "us-east-1": ("N. Virginia", "US East"),
    "us-east-2": ("Ohio", "US East"),
    "us-west-1": ("N. California", "US West"),
    "us-west-2": ("Oregon", "US West"),
    "af-south-1": ("Cape Town", "Africa"),
    "ap-east-1": ("Hong Kong", "Asia Pacific"),
    "ap-northeast-1": ("Tokyo", "Asia Pacific"),
    "ap-northeast-2": ("Seoul", "Asia Pacific"),
    "ap-northeast-3": ("Osaka", "Asia Pacific"),
    "ap-south-1": ("Mumbai", "Asia Pacific"),
    "ap-south-2": ("Hyderabad", "Asia Pacific"),
    "ap-southeast-1": ("Singapore", "Asia Pacific"),
    "ap-southeast-2": ("Sydney", "Asia Pacific"),
    "ap-southeast-3": ("Jakarta", "Asia Pacific"),
    "ap-southeast-4": ("Melbourne", "Asia Pacific"),
    "ca-central-1": ("Central", "Canada"),
    "ca-west-1": ("Calgary", "Canada West"),
    "eu-central-1": ("Frankfurt", "Europe"),
    "eu-central-2": ("Zurich", "Europe"),
    "eu-north-1": ("Stockholm", "Europe"),
    "eu-south-1": ("Milan", "Europe"),
    "eu-south-2": ("Spain", "Europe"),
    "eu-west-1": ("Ireland", "Europe"),
    "eu-west-2": ("London", "Europe"),
    "eu-west-3": ("Paris", "Europe"),
    "il-central-1": ("Tel Aviv", "Israel"),
    "me-central-1": ("UAE", "Middle East"),
    "me-south-1": ("Bahrain", "Middle East"),
    "sa-east-1": ("São Paulo", "South America"),
}


def region(code: str) -> Region:
    """Return the Region of a code; a code that is not in the table is its own name."""
    place, area = NAMES.get(code, (code, ""))
    return Region(code, place, area)


def grouped(codes: Iterable[str]) -> list[tuple[str, list[Region]]]:
    """Group Regions for the menu, in the order given."""
    groups: dict[str, list[Region]] = {}
    for code in codes:
        entry = region(code)
        groups.setdefault(entry.area or entry.code, []).append(entry)
    return list(groups.items())
