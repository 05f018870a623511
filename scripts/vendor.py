"""Copy the third-party browser files into static/vendor/, with their licences, from pinned npm packages.

Run by developers (`.venv/bin/python scripts/vendor.py`); the output is committed, so running the service needs neither
npm nor a network. Needs npm and node. What is taken, and under which licence, is written to static/vendor/licences.json
(read by the Third-party licences page) and static/vendor/README.md.
"""

import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
TEST_ASSETS = ROOT / "tests" / "assets"


@dataclass(frozen=True, slots=True)
class Package:
    """One npm package: what is taken from it, and why."""

    name: str
    version: str
    licence: str
    folder: str
    use: str

    @property
    def spec(self) -> str:
        return f"{self.name}@{self.version}"


OPEN_SANS = Package("@fontsource/open-sans", "5.3.0", "OFL-1.1", "open-sans", "Main font")
NOTO_KR = Package("@fontsource/noto-sans-kr", "5.3.0", "OFL-1.1", "noto-sans-kr", "Korean fallback font, 400 and 700")
HTMX = Package("htmx.org", "2.0.11", "0BSD", "htmx", "Partial page updates")
COMPONENTS = Package(
    "@cloudscape-design/components", "3.0.1383", "Apache-2.0", "cloudscape-icons", "Icons, as one SVG sprite"
)
TOKENS = Package(
    "@cloudscape-design/design-tokens", "3.0.110", "Apache-2.0", "cloudscape-tokens", "Source of static/css/tokens.css"
)
AXE = Package("axe-core", "4.14.1", "MPL-2.0", "", "Accessibility checks, in tests only")
CODEMIRROR = {
    "@codemirror/autocomplete": "6.20.4",
    "@codemirror/commands": "6.11.1",
    "@codemirror/lang-json": "6.0.2",
    "@codemirror/language": "6.13.1",
    "@codemirror/lint": "6.9.8",
    "@codemirror/search": "6.7.2",
    "@codemirror/state": "6.7.6",
    "@codemirror/view": "6.43.15",
    "@lezer/common": "1.5.5",
    "@lezer/highlight": "1.2.5",
    "@lezer/json": "1.0.3",
    "@lezer/lr": "1.4.12",
}
ESBUILD = "0.28.2"

# The icons are React elements; this prints them as {name: "<inner svg markup>"}.
ICONS_TO_JSON = """
const fs = require('fs');
const src = fs.readFileSync(process.argv[2], 'utf8').replace(/^import .*$/m, '').replace(/export default icons;/, '')
  .replace(/^\\/\\/# sourceMappingURL.*$/m, '');
const element = (tag, props, ...children) => ({ tag, props: props || {}, children: children.flat() });
const React = { createElement: element, Fragment: 'g' };
const icons = new Function('React', src + '; return icons;')(React);
const classes = {
  'stroke-linejoin-round': ['stroke-linejoin', 'round'],
  'stroke-linecap-round': ['stroke-linecap', 'round'],
  'stroke-linecap-square': ['stroke-linecap', 'square'],
  'filled': ['fill', 'currentColor'],
  'no-stroke': ['stroke', 'none'],
};
const kebab = (name) => name.replace(/[A-Z]/g, (c) => '-' + c.toLowerCase());
function render(node) {
  if (typeof node === 'string') return node;
  const out = {};
  for (const [key, value] of Object.entries(node.props)) {
    if (key === 'className') {
      for (const c of value.split(/\\s+/)) if (classes[c]) out[classes[c][0]] = classes[c][1];
    } else if (key === 'style') {
      for (const [p, v] of Object.entries(value)) out[kebab(p)] = v;
    } else if (!key.startsWith('data-')) out[kebab(key)] = value;
  }
  const attributes = Object.entries(out).map(([k, v]) => ` ${k}="${v}"`).join('');
  return `<${node.tag}${attributes}>${node.children.map(render).join('')}</${node.tag}>`;
}
const result = {};
for (const [name, svg] of Object.entries(icons)) {
  result[name] = { box: svg.props.viewBox, inner: svg.children.map(render).join('') };
}
process.stdout.write(JSON.stringify(result));
"""


def run(*command: str, cwd: Path) -> str:
    """Run a command and return what it printed; a failure stops the script with the command's own message."""
    return subprocess.run(command, cwd=cwd, check=True, text=True, stdout=subprocess.PIPE).stdout


def unpack(package: Package, scratch: Path) -> Path:
    """Fetch a package with npm pack and return the folder with its files."""
    tarball = run("npm", "pack", package.spec, "--silent", cwd=scratch).strip().splitlines()[-1]
    target = scratch / tarball.removesuffix(".tgz")
    with tarfile.open(scratch / tarball) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def fresh(folder: str) -> Path:
    """Return static/vendor/<folder>, emptied."""
    target = VENDOR / folder
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    return target


def copy_legal(source: Path, target: Path) -> list[str]:
    """Copy LICENSE, NOTICE and their like; every vendored folder must have at least one."""
    taken = []
    for path in sorted(source.iterdir()):
        if re.match(r"(LICEN[CS]E|NOTICE|OFL|THIRD-PARTY)", path.name, re.IGNORECASE) and path.is_file():
            shutil.copy(path, target / path.name)
            taken.append(path.name)
    if not taken:
        raise SystemExit(f"{source}: no licence file")
    return taken


def font_faces(css: str, keep: set[str] | None) -> str:
    """Keep the woff2 of the wanted subsets of a fontsource stylesheet."""
    faces = []
    for comment, rule in re.findall(r"/\* (.*?) \*/\s*(@font-face \{.*?\})", css, re.DOTALL):
        subset = re.sub(r"^(open-sans|noto-sans-kr)-(.*?)-\d+-(normal|italic)$", r"\2", comment)
        if keep is not None and subset not in keep:
            continue
        rule = re.sub(r",\s*url\([^)]*\.woff\) format\('woff'\)", "", rule)
        faces.append(re.sub(r"\s+", " ", rule).replace("./files/", "files/"))
    return "\n".join(faces) + "\n"


def vendor_font(package: Package, scratch: Path, sheets: list[str], keep: set[str] | None) -> list[str]:
    source, target = unpack(package, scratch), fresh(package.folder)
    css = "".join(font_faces((source / f"{sheet}.css").read_text(encoding="utf-8"), keep) for sheet in sheets)
    (target / "index.css").write_text(css, encoding="utf-8")
    (target / "files").mkdir()
    for name in sorted(set(re.findall(r"files/([\w-]+\.woff2)", css))):
        shutil.copy(source / "files" / name, target / "files" / name)
    return copy_legal(source, target)


def vendor_icons(scratch: Path) -> list[str]:
    source, target = unpack(COMPONENTS, scratch), fresh(COMPONENTS.folder)
    script = scratch / "icons.cjs"
    script.write_text(ICONS_TO_JSON, encoding="utf-8")
    icons = json.loads(run("node", str(script), str(source / "icon" / "generated" / "icons.js"), cwd=scratch))
    symbols = [
        f'<symbol id="{name}" viewBox="{icon["box"]}">{icon["inner"]}</symbol>' for name, icon in sorted(icons.items())
    ]
    sprite = '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
    (target / "sprite.svg").write_text(sprite, encoding="utf-8")
    return copy_legal(source, target)


def vendor_codemirror(scratch: Path) -> list[dict[str, object]]:
    """Bundle the JSON editor (scripts/code_editor.mjs and CodeMirror 6) into one file with esbuild."""
    build, target = scratch / "codemirror", fresh("codemirror")
    build.mkdir()
    pins = {"private": True, "dependencies": {**CODEMIRROR, "esbuild": ESBUILD}}
    (build / "package.json").write_text(json.dumps(pins), encoding="utf-8")
    run("npm", "install", "--no-audit", "--no-fund", "--silent", cwd=build)
    shutil.copy(ROOT / "scripts" / "code_editor.mjs", build / "entry.mjs")
    run(
        *("npx", "esbuild", "entry.mjs", "--bundle", "--minify", "--format=iife", "--target=es2022"),
        *("--legal-comments=none", f"--outfile={target / 'code-editor.min.js'}"),
        cwd=build,
    )
    entries, texts = [], []
    for manifest in sorted((build / "node_modules").glob("**/package.json")):
        about = json.loads(manifest.read_text(encoding="utf-8"))
        name = about.get("name", "")
        if not re.match(r"(@codemirror/|@lezer/|style-mod$|w3c-keyname$|crelt$|@marijn/)", name):
            continue
        licence = next(path for path in manifest.parent.iterdir() if path.name.upper().startswith("LICENSE"))
        texts.append(f"{name} {about['version']}\n\n{licence.read_text(encoding='utf-8').strip()}\n")
        entries.append(entry(name, about["version"], about["license"], "codemirror", "JSON editor", ["LICENSE"]))
    (target / "LICENSE").write_text(("\n" + "-" * 80 + "\n\n").join(texts), encoding="utf-8")
    return entries


def entry(name: str, version: str, licence: str, folder: str, use: str, files: list[str]) -> dict[str, object]:
    return {"name": name, "version": version, "licence": licence, "folder": folder, "use": use, "files": files}


def listed(package: Package, files: list[str]) -> dict[str, object]:
    return entry(package.name, package.version, package.licence, package.folder, package.use, files)


def main() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        entries = [
            listed(OPEN_SANS, vendor_font(OPEN_SANS, scratch, OPEN_SANS_SHEETS, LATIN)),
            listed(NOTO_KR, vendor_font(NOTO_KR, scratch, ["400", "700"], None)),
            listed(COMPONENTS, vendor_icons(scratch)),
        ]
        source, target = unpack(HTMX, scratch), fresh(HTMX.folder)
        shutil.copy(source / "dist" / "htmx.min.js", target / "htmx.min.js")
        entries.append(listed(HTMX, copy_legal(source, target)))
        source, target = unpack(TOKENS, scratch), fresh(TOKENS.folder)
        shutil.copy(source / "index-visual-refresh.json", target / "index-visual-refresh.json")
        entries.append(listed(TOKENS, copy_legal(source, target)))
        entries += vendor_codemirror(scratch)
        source = unpack(AXE, scratch)
        TEST_ASSETS.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / "axe.min.js", TEST_ASSETS / "axe.min.js")
        shutil.copy(source / "LICENSE", TEST_ASSETS / "axe-LICENSE")
    (VENDOR / "licences.json").write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
    rows = "\n".join(
        f"| `{e['folder']}/` | {e['name']} | {e['version']} | {e['licence']} | {e['use']} |" for e in entries
    )
    (VENDOR / "README.md").write_text(README.format(rows=rows), encoding="utf-8")
    print(f"static/vendor: {len(entries)} packages")


OPEN_SANS_SHEETS = ["300", "400", "400-italic", "700", "700-italic"]
LATIN = {"latin", "latin-ext", "vietnamese"}
README = """# Third-party browser files

Written by `scripts/vendor.py` from npm packages of these versions; do not edit by hand. The licence of each stands
beside its files; `licences.json` holds the same list for the page **Third-party licences**.

| Folder | Package | Version | Licence | Use |
|---|---|---|---|---|
{rows}

The icons are the Cloudscape icon set, changed in form only: React elements written as the symbols of one SVG file.
The tests use axe-core (MPL-2.0), kept unchanged in `tests/assets/`.
"""

if __name__ == "__main__":
    main()
