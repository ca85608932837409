"""The checks themselves: each passes on a sound page and fails on one with the defect that it is there for."""

from __future__ import annotations

from pathlib import Path

import pytest
import site_checks as checks
from playwright.sync_api import Browser

SOUND = """<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>Sound</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body style="background: white; color: black"><main><h1 id="top">Sound</h1>{body}</main></body></html>"""

# name -> (defective body, the check, a word of its complaint)
DEFECTS = {
    "foreign image": ('<img alt="x" src="https://example.org/x.png">', "references", "another host"),
    "preconnect": ('<link rel="preconnect" href="https://example.org">', "references", "another host"),
    "dead link": ('<a href="nowhere.html">x</a>', "references", "not there"),
    "dead anchor": ('<a href="#nowhere">x</a>', "references", "anchor"),
    "absolute link": ('<a href="/index.html">x</a>', "references", "absolute"),
    "heavy page": ("<!--" + "x" * checks.MAX_HTML + "-->", "weight", "bytes"),
    "foreign request": ("<script>fetch('https://example.org/').catch(() => {})</script>", "requests", "example.org"),
    "request to an address": ("<script>new Image().src = 'http://192.0.2.1/'</script>", "requests", "192.0.2.1"),
    "console error": ("<script>console.error('alas')</script>", "console", "alas"),
    "page error": ("<script>nothing.here()</script>", "console", "nothing"),
    "rejected promise": ("<script>Promise.reject(new Error('lost'))</script>", "console", "lost"),
    "missing file": ("<script src='missing.js'></script>", "console", "missing.js"),
    "undrawn figure": (
        '<figure id="f"><div class="lif-plotly" data-state="failed">.</div></figure>',
        "figures",
        "not drawn",
    ),
    "empty figure": (
        '<div class="lif-plotly" data-state="drawn"><svg class="main-svg" width="200" height="200"></svg></div>',
        "figures",
        "no data",
    ),
    "figure without text": ('<div class="lif-plotly" data-state="drawn">.</div>', "figures", "alternative"),
    "figure without caption": ('<div class="lif-plotly" data-state="drawn">.</div>', "figures", "caption"),
    "broken image": ('<img alt="x" src="data:image/png;base64,AAAA" width="9" height="9">', "figures", "image"),
    "formula not drawn": (r'<span class="math">\(x\)</span>', "formulas", "not drawn"),
    "formula with an error": (
        '<mjx-merror data-mjx-error="Undefined control sequence">x</mjx-merror>',
        "formulas",
        "Undefined",
    ),
    "TeX in the text": (r"<p>so \(x\) is</p>", "formulas", "left"),
    "dollars in the text": ("<p>so $V_m$ is</p>", "formulas", "left"),
    "environment in the text": (r"<p>\begin{align} a \end{align}</p>", "formulas", "left"),
    "image without text": ('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">', "axe", "image-alt"),
    "faint text": ('<p style="color: #bbb">faint</p>', "axe", "color-contrast"),
    "dark axis labels on dark": (
        "<style>body { background: #111 !important }</style>"
        '<div class="lif-plotly"><svg><text fill="#222">mV</text></svg></div>',
        "theme",
        "contrast",
    ),
    "dark line on dark": (
        "<style>body { background: #111 !important }</style>"
        '<div class="lif-plotly"><svg><g class="scatterlayer"><path class="js-line" style="stroke: #00518c"></path></g>'
        "</svg></div>",
        "theme",
        "a line",
    ),
    "dark points on dark": (
        "<style>body { background: #111 !important }</style>"
        '<div class="lif-plotly"><svg><g class="scatterlayer"><path class="point" style="fill: #00518c; stroke: #fff">'
        "</path></g></svg></div>",
        "theme",
        "a point",
    ),
    "too wide": ('<div style="width: 600px">wide</div>', "overflow", "px wide"),
    "code that goes on without a sign": (
        '<div class="bd-article"><pre style="width: 100px; overflow-x: auto">a line that is too long</pre></div>',
        "edges",
        "without a sign",
    ),
    "figure wider than column": (
        '<div class="lif-plotly" style="width: 200px; overflow: hidden">'
        '<svg class="main-svg" width="300" height="9"></svg></div>',
        "clipped",
        "wider",
    ),
    "legend on the title": (
        '<div class="lif-plotly"><svg width="200" height="90"><text class="gtitle" x="0" y="30">A title</text>'
        '<g class="legend"><rect x="20" y="20" width="90" height="40"></rect></g></svg></div>',
        "clipped",
        "legend",
    ),
}


def problems_of(browser: Browser, folder: Path, body: str, check: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(checks, "WAIT", 300)
    path = folder / "page.html"
    path.write_text(SOUND.format(body=body), encoding="utf-8")
    checks.parsed.cache_clear()
    if check == "references":
        return checks.broken_references(path)
    if check == "weight":
        return checks.too_heavy(path)
    with checks.new_context(browser) as context:
        seen = checks.visit(context, path.as_uri())
        seen.page.set_viewport_size(checks.PHONE)
        seen.page.wait_for_timeout(100)
        return {
            "requests": lambda page: seen.foreign_requests(),
            "console": lambda page: seen.console,
            "figures": checks.undrawn_figures,
            "formulas": checks.unrendered_formulas,
            "axe": checks.accessibility_findings,
            "theme": checks.unthemed_figures,
            "overflow": checks.horizontal_overflow,
            "clipped": checks.clipped_figures,
            "edges": checks.unmarked_edges,
        }[check](seen.page)


@pytest.mark.parametrize("name", DEFECTS)
def test_defect_is_found(browser: Browser, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    body, check, word = DEFECTS[name]
    problems = problems_of(browser, tmp_path, body, check, monkeypatch)
    assert any(word in problem for problem in problems), problems


@pytest.mark.parametrize("check", sorted({check for _, check, _ in DEFECTS.values()}))
def test_sound_page_passes(browser: Browser, tmp_path: Path, check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    body = '<p>Text that <a href="#top">goes up</a>; <code>\\(x\\)</code> is code.</p>'
    assert problems_of(browser, tmp_path, body, check, monkeypatch) == []
