"""What this installation is built of: vendored files and Python packages, with their licences."""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static
from django.utils.translation import gettext_noop as _

# What the vendored files are for, as scripts/vendor.py words it: written here so that it is translated.
USES = frozenset(
    {
        _("Main font"),
        _("Korean fallback font, 400 and 700"),
        _("Icons, as one SVG sprite"),
        _("Partial page updates"),
        _("Source of static/css/tokens.css"),
        _("JSON editor"),
    }
)


@dataclass(frozen=True, slots=True)
class Component:
    """A third-party component; ``texts`` are (name, address) of licence files that are served."""

    name: str
    version: str
    licence: str
    use: str = ""
    texts: tuple[tuple[str, str], ...] = ()


@cache
def vendored() -> tuple[Component, ...]:
    """Return what stands in static/vendor."""
    path = Path(settings.BASE_DIR) / "static" / "vendor" / "licences.json"
    return tuple(
        Component(
            name=entry["name"],
            version=entry["version"],
            licence=entry["licence"],
            use=entry.get("use", ""),
            texts=tuple((file, static(f"vendor/{entry['folder']}/{file}")) for file in entry.get("files", ())),
        )
        for entry in json.loads(path.read_text(encoding="utf-8"))
    )


@cache
def python_packages() -> tuple[Component, ...]:
    """Return the packages that requirements.txt names, and theirs, as they are installed."""
    path = Path(settings.BASE_DIR) / "requirements.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    waiting = [line for line in lines if line.strip() and not line.startswith(("#", "-"))]
    found: dict[str, Component] = {}
    while waiting:
        name = _name(waiting.pop())
        if name in found:
            continue
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # for another platform, or an extra that is not asked for
            continue
        found[name] = Component(distribution.metadata["Name"], distribution.version, _licence(distribution))
        waiting += [needed for needed in distribution.requires or () if "extra ==" not in needed]
    return tuple(sorted(found.values(), key=lambda component: component.name.lower()))


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement.strip(), maxsplit=1)[0].lower().replace("_", "-")


def _licence(distribution: metadata.Distribution) -> str:
    """Return what the package says of itself: an SPDX expression, else its classifiers, else a short text."""
    about = distribution.metadata.json
    expression = about.get("license_expression")
    if expression:
        return str(expression)
    named = [line.rsplit(" :: ", 1)[-1] for line in about.get("classifier", ()) if line.startswith("License :: OSI")]
    text = str(about.get("license", ""))
    return ", ".join(named) or (text if len(text) < 80 else text.splitlines()[0])
