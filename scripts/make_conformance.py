"""Write docs/conformance.md: which operations of the AWS KMS service model this service answers.

Run it after adding an operation; a test fails while the page is out of date.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "conformance.md"


def page() -> str:
    """Return the page as the code has it now."""
    from core import service_model
    from operations.registry import OPERATIONS, load_actions

    load_actions()
    names = service_model.operation_names()
    present = [name for name in names if name in OPERATIONS]
    missing = [name for name in names if name not in OPERATIONS]
    return "\n".join(
        [
            "# Conformance",
            "",
            f"The service model is `kms-{service_model.API_VERSION}` as botocore ships it: {len(names)} operations. "
            f"{len(present)} are answered, {len(missing)} are not in this version.",
            "",
            "Written by `scripts/make_conformance.py`.",
            "",
            "## Answered",
            "",
            *_in_lines(present),
            "",
            "## Not in this version",
            "",
            "They answer `UnknownOperationException`.",
            "",
            *(_in_lines(missing) or ["None."]),
            "",
        ]
    )


def _in_lines(names: list[str]) -> list[str]:
    return [f"- `{name}`" for name in names]


def main() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kmsconsole.settings")
    import django

    django.setup()
    PAGE.write_text(page())
    print(f"Wrote {PAGE.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
