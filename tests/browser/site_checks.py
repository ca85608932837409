"""What can be wrong with a built page. Each check returns a list of problems, in words."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, TimeoutError

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
MAX_HTML = 1_000_000  # bytes
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
WAIT = 20_000  # ms, for what a slow machine draws late

# --- without a browser ------------------------------------------------------------------------------------------------

# Elements whose address the browser fetches by itself, as against a link that a reader may follow.
FETCHED = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
}
FETCHED_RELS = {"stylesheet", "preload", "prefetch", "modulepreload", "preconnect", "dns-prefetch", "icon", "manifest"}


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.anchors: set[str] = set()
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.redirects = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {key: value or "" for key, value in attrs}
        self.anchors.update(attributes[key] for key in ("id", "name") if attributes.get(key))
        if tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
            self.redirects = True
            self.links.append(attributes.get("content", "").partition("url=")[2])
        elif tag in FETCHED and attributes.get(FETCHED[tag]):
            self.fetched.append(attributes[FETCHED[tag]])
        elif tag == "link" and FETCHED_RELS & set(attributes.get("rel", "").split()):
            self.fetched.append(attributes.get("href", ""))
        elif "href" in attributes:
            self.links.append(attributes["href"])


@cache
def parsed(path: Path) -> _Page:
    return _Page(path.read_text(encoding="utf-8"))


def is_foreign(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme in ("http", "https", "ws", "wss")


def broken_references(path: Path) -> list[str]:
    """What the page fetches from elsewhere, and what it points to here that does not exist."""
    page = parsed(path)
    problems = [f"fetches {address} from another host" for address in page.fetched if is_foreign(address)]
    for address in [*page.fetched, *page.links]:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        if parts.path.startswith("/"):
            problems.append(f"{address} is absolute: it breaks below a path and from file://")
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not target.is_file():
            problems.append(f"{address} points to a file that is not there")
        elif parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in parsed(target).anchors:
            problems.append(f"{address} points to an anchor that is not there")
    return problems


def too_heavy(path: Path) -> list[str]:
    size = path.stat().st_size
    return [f"the page's own HTML has {size} bytes, {MAX_HTML} are allowed"] if size >= MAX_HTML else []


# --- in the browser ---------------------------------------------------------------------------------------------------


@dataclass
class Visit:
    """An open page and everything that went wrong on it so far."""

    page: Page
    origin: str
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    def foreign_requests(self) -> list[str]:
        allowed = (self.origin, "data:", "blob:", "about:")
        return [f"request to another host: {url}" for url in self.requests if not url.startswith(allowed)]


def visit(context: BrowserContext, url: str) -> Visit:
    """Open a page and all that is folded on it, scroll through it, and note what it asks for and complains of."""
    page = context.new_page()
    parts = urlsplit(url)
    seen = Visit(page, f"{parts.scheme}://{parts.netloc}/")
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("requestfailed", lambda request: seen.console.append(f"request failed: {request.url} ({request.failure})"))
    page.on(
        "response", lambda answer: answer.status >= 400 and seen.console.append(f"{answer.status} for {answer.url}")
    )
    page.on(
        "console", lambda message: message.type == "error" and seen.console.append(f"console error: {message.text}")
    )
    page.on("pageerror", lambda error: seen.console.append(f"error on the page: {error}"))
    page.goto(url, wait_until="load")
    _ask(page, "unfold")
    _ask(page, "scrollThrough")
    return seen


def _ask(page: Page, function: str) -> list[str]:
    return page.evaluate(f"({QUESTIONS}).{function}()")


def _settled(page: Page, condition: str) -> None:
    """Wait until the JavaScript condition holds; the check that follows says what is missing."""
    with suppress(TimeoutError):
        page.wait_for_function(condition, timeout=WAIT)


def undrawn_figures(page: Page) -> list[str]:
    """Plotly figures without axes or traces in them, and images that did not load."""
    _settled(page, "[...document.querySelectorAll('.lif-plotly')].every((figure) => figure.dataset.state)")
    return _ask(page, "undrawnFigures")


def unrendered_formulas(page: Page) -> list[str]:
    """Formulas that MathJax has not drawn or not understood, and TeX left in the text."""
    _settled(page, "[...document.querySelectorAll('.math')].every((formula) => formula.querySelector('mjx-container'))")
    return _ask(page, "unrenderedFormulas")


def accessibility_findings(page: Page) -> list[str]:
    """Serious and critical findings of axe-core."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=AXE)
    return _ask(page, "accessibilityFindings")


def switch_theme(page: Page, scheme: str) -> None:
    """Let the system change between light and dark, as it does at dusk, and wait until the page has followed."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme, timeout=WAIT)
    page.wait_for_timeout(400)  # the theme fades colours


def unthemed_figures(page: Page) -> list[str]:
    """Figures whose text, lines or points do not stand out from the page as it is now."""
    return _ask(page, "unthemedFigures")


def horizontal_overflow(page: Page) -> list[str]:
    """What makes the page wider than its window."""
    return _ask(page, "horizontalOverflow")


def unmarked_edges(page: Page) -> list[str]:
    """What goes on beyond the edge of its column and does not show it."""
    return _ask(page, "unmarkedEdges")


def clipped_figures(page: Page) -> list[str]:
    """Figures drawn wider than the column that they stand in, or with the legend on the title."""
    return _ask(page, "clippedFigures")


def new_context(browser: Browser, **options: Any) -> BrowserContext:
    return browser.new_context(viewport=DESKTOP, color_scheme="light", reduced_motion="reduce", **options)


def html_pages(site: Path) -> list[str]:
    """The site's pages, relative to it; not the one that only sends the reader on to the first chapter."""
    pages = (path.relative_to(site) for path in site.rglob("*.html") if not parsed(path).redirects)
    return sorted(page.as_posix() for page in pages if not re.match(r"_(static|sources|images)\b", page.parts[0]))
