"""Write static/css/tokens.css from Cloudscape's design tokens: every colour, size and duration of the console.

Run by developers after scripts/vendor.py; the output is committed. A token keeps its name: `color-text-body-default`
becomes `--color-text-body-default`. `:root` is light, comfortable; `[data-mode="dark"]`, `[data-density="compact"]` and
reduced motion hold what differs; a context (top bar, messages, dark hero) is a class `.ctx-<name>`.
"""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "static" / "vendor" / "cloudscape-tokens" / "index-visual-refresh.json"
TARGET = ROOT / "static" / "css" / "tokens.css"

Values = dict[str, tuple[str, str]]
"""A token's name to its two values: light and dark, or comfortable and compact, or with and without motion."""

# Values that Cloudscape's components hold themselves, not its public tokens. Measured on the components in a browser
# (design reference, metrics.json), light and dark.
COMPONENT_COLOURS: Values = {
    "color-text-column-header": ("#424650", "#b4b4bb"),
    "color-text-column-sorted": ("#0f141a", "#f9f9fa"),
    "color-background-code-view": ("#f8f8f8", "#282c34"),
    "color-text-code-default": ("#3a3a42", "#dcdfe4"),
    "color-code-property": ("#0e45b4", "#66b2f0"),
    "color-code-string": ("#207a7f", "#6fb342"),
    "color-code-constant": ("#9a1b6f", "#e78ac3"),
    "color-code-active-line": ("#eaf0fb", "#323844"),
    "color-code-selection": ("#cde3ff", "#3e4a5e"),
    "color-border-steps-coming": ("#b4b4bb", "#656871"),
    "color-text-steps-visited": ("#424650", "#dedee3"),
    "color-background-steps-visited": ("#424650", "#dedee3"),
    "color-text-steps-coming": ("#656871", "#a4a4ad"),
    "color-background-notifications-bar": ("#424650", "#424650"),
    "color-background-skeleton": ("#ebebf0", "#232b37"),
    "color-background-mark": ("#42b4ff", "#42b4ff"),
    "color-foreground-mark": ("#161d26", "#161d26"),
    "color-badge-dot": ("#ff7a7a", "#ff7a7a"),
    "color-background-topnav": ("#161d26", "#161d26"),
    "color-session-1": ("#42b4ff", "#42b4ff"),
    "color-session-2": ("#ffb0c8", "#ffb0c8"),
    "color-session-3": ("#2bb534", "#2bb534"),
    "color-session-4": ("#fbd332", "#fbd332"),
    "color-session-5": ("#c79bff", "#c79bff"),
    "shadow-dropdown": ("0 4px 20px 1px rgba(0, 7, 22, 0.1)", "0 4px 20px 1px rgba(0, 4, 12, 1)"),
    "shadow-modal": ("0 4px 20px 1px rgba(0, 7, 22, 0.1)", "0 4px 20px 1px rgba(0, 4, 12, 1)"),
    "shadow-flash": ("0 4px 8px 0 rgba(0, 7, 22, 0.1)", "0 4px 8px 0 rgba(0, 7, 22, 0.5)"),
    "shadow-sticky": ("0 4px 8px 1px rgba(0, 7, 22, 0.1)", "0 4px 8px 1px rgba(0, 7, 22, 0.5)"),
}
COMPONENT_SIZES = {
    "font-family-code": 'Monaco, Menlo, Consolas, "Courier Prime", Courier, "Courier New", monospace',
    "size-top-navigation": "56px",
    "size-toolbar": "42px",
    "size-side-navigation": "280px",
    "size-help-panel": "290px",
    "size-steps": "260px",
    "size-content": "1620px",
    "size-content-padding": "24px",
}
PAIRS = (("light", "dark"), ("comfortable", "compact"), ("default", "disabled"))


def pair(value: str | dict[str, str]) -> tuple[str, tuple[str, str]]:
    """Return what a token depends on (the first name of its pair, or "") and its two values."""
    if isinstance(value, str):
        return "", (value, value)
    for first, second in PAIRS:
        if first in value:
            return first, (value[first], value[second])
    raise SystemExit(f"unknown modes {sorted(value)}")


def read(tokens: dict[str, dict[str, str | dict[str, str]]]) -> dict[str, Values]:
    """Sort tokens by what they depend on; animations are left out, their key frames are not public."""
    groups: dict[str, Values] = {"": {}, "light": {}, "comfortable": {}, "default": {}}
    for name, token in tokens.items():
        if name.startswith(("motion-keyframes", "color-charts")):
            continue
        kind, values = pair(token["$value"])
        groups[kind][name] = values
    return groups


def block(selector: str, declarations: dict[str, str], extra: str = "") -> str:
    if not declarations and not extra:
        return ""
    body = "".join(f"  --{name}: {value};\n" for name, value in declarations.items())
    return f"{selector} {{\n{extra}{body}}}\n"


def context_blocks(name: str, own: dict[str, Values], base: dict[str, Values]) -> str:
    """Only what differs from the page, for each mode."""
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    compact: dict[str, str] = {}
    for kind, tokens in own.items():
        for token, values in tokens.items():
            if values == base[kind].get(token):
                continue
            light[token] = values[0]
            if values[1] != values[0]:
                (dark if kind == "light" else compact)[token] = values[1]
    if name == "app-layout-toolbar":  # the page behind the containers
        return block(":root", light) + block('[data-mode="dark"]', dark)
    return (
        block(f".ctx-{name}", light)
        + block(f'[data-mode="dark"] .ctx-{name}', dark)
        + block(f'[data-density="compact"] .ctx-{name}', compact)
    )


def main() -> None:
    source = json.loads(SOURCE.read_text(encoding="utf-8"))
    base = read(source["tokens"])
    base["light"] |= COMPONENT_COLOURS
    first = {token: values[0] for group in base.values() for token, values in group.items()} | COMPONENT_SIZES
    second = {
        kind: {token: values[1] for token, values in group.items() if values[0] != values[1]}
        for kind, group in base.items()
    }
    reduced = block(":root", second["default"]).replace("\n", "\n  ").rstrip()
    css = [
        "/* Written by scripts/make_tokens.py from Cloudscape design tokens (Apache-2.0); do not edit by hand. */\n",
        block(":root", first, "  color-scheme: light;\n"),
        block('[data-mode="dark"]', second["light"], "  color-scheme: dark;\n"),
        block('[data-density="compact"]', second["comfortable"]),
        f"@media (prefers-reduced-motion: reduce) {{\n  {reduced}\n}}\n",
    ]
    for name, context in source["contexts"].items():
        own = read(context["tokens"])
        own["light"] |= {k: v for k, v in base["light"].items() if k in COMPONENT_COLOURS}
        css.append(context_blocks(name, own, base))
    TARGET.write_text("\n".join(part for part in css if part), encoding="utf-8")
    print(f"{TARGET.relative_to(ROOT)}: {len(first)} tokens")


if __name__ == "__main__":
    main()
