"""What the site has beyond the pages: the order of the pages, links to files of the repository, a Markdown twin of each page,
and llms.txt, the list of the twins for programs."""

import os
import posixpath
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"

# The parts of the guide, in the order in which they are read. A folder that is not here is an error.
PARTS = {
    "getting-started": "Getting Started",
    "concepts": "Core Concepts",
    "explanation": "Core Concepts",
    "tutorials": "Tutorials",
    "how-to": "How-To",
    "advanced": "Advanced",
    "reference": "Reference",
    "decisions": "Decisions",
}
FILES = {"pictures"}  # folders without pages

LINK = re.compile(r"(?<!\\)\]\((?P<to>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)")
FENCE = re.compile(r"^ {0,3}(```|~~~)")


def title(page):
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            return line[2:].strip().replace("`", "")
    raise SystemExit(f"{page} has no title")


def pages():
    """The pages of each part: those that docs/README.md names first, in its order, then the others."""
    named = LINK.findall((DOCS / "README.md").read_text(encoding="utf-8"))
    order = {posixpath.normpath(to): i for i, (to, _) in reversed(list(enumerate(named)))}
    parts = {}
    for folder in sorted(p for p in DOCS.iterdir() if p.is_dir()):
        found = sorted(folder.rglob("*.md"), key=lambda p: (order.get(p.relative_to(DOCS).as_posix(), len(order)), p.name))
        if folder.name in FILES or not found:
            continue
        if folder.name not in PARTS:
            raise SystemExit(f"docs/{folder.name} is no part of the guide; site/hooks.py lists them")
        parts.setdefault(PARTS[folder.name], []).extend(p.relative_to(DOCS).as_posix() for p in found)
    ordered = {part: parts[part] for part in dict.fromkeys(PARTS.values()) if part in parts}
    ordered["More"] = [p.name for p in sorted(DOCS.glob("*.md")) if p.name != "README.md"]
    return ordered


def on_config(config):
    config["nav"] = [{"Guide": "README.md"}] + [{part: list(files)} for part, files in pages().items() if files]
    if os.environ.get("MIKE_DOCS_VERSION"):
        config["extra"]["version"] = {"provider": "mike"}
    return config


def on_page_markdown(markdown, page, config, **_):
    """A link to a file outside docs/ is one to the repository. The file must exist."""

    def outside(match):
        to, anchor = match["to"], match["anchor"] or ""
        if re.match(r"[a-z]+:", to):
            return match[0]
        at = posixpath.normpath(posixpath.join("docs", posixpath.dirname(page.file.src_uri), to))
        if at == "docs" or at.startswith("docs/") and not (ROOT / at).is_dir():
            return match[0]
        if not (ROOT / at).exists():
            raise SystemExit(f"docs/{page.file.src_uri}: {to} does not exist")
        kind = "tree" if (ROOT / at).is_dir() else "blob"
        return f"]({config['repo_url']}/{kind}/main/{at}{anchor})"

    lines, code = [], False
    for line in markdown.split("\n"):
        if FENCE.match(line):
            code = not code
        lines.append(line if code else LINK.sub(outside, line))
    return "\n".join(lines)


def on_post_build(config):
    site, base = Path(config["site_dir"]), config.get("site_url") or ""
    for page in DOCS.rglob("*.md"):
        twin = site / page.relative_to(DOCS)
        twin.parent.mkdir(parents=True, exist_ok=True)
        twin.write_text(page.read_text(encoding="utf-8"), encoding="utf-8")
    text = [f"# {config['site_name']}", "", f"> {config['site_description']}", "", f"- [Guide]({base}README.md)"]
    for part, files in pages().items():
        text += ["", f"## {part}", ""] + [f"- [{title(DOCS / f)}]({base}{f})" for f in files]
    (site / "llms.txt").write_text("\n".join(text) + "\n", encoding="utf-8")
