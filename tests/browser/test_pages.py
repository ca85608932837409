"""Each page of the built book, as a reader's browser meets it: without network, from a file and below a path."""

from __future__ import annotations

from pathlib import Path

import pytest
import site_checks as checks
from playwright.sync_api import Browser


def assert_none(problems: list[str]) -> None:
    distinct = list(dict.fromkeys(problems))
    assert not distinct, f"{len(distinct)} problem(s):\n  " + "\n  ".join(distinct[:25])


def test_references_and_weight(site: Path, page_name: str) -> None:
    path = site / page_name
    assert_none([*checks.broken_references(path), *checks.too_heavy(path)])


def test_page_from_a_file(browser: Browser, site: Path, page_name: str) -> None:
    """Everything: requests, errors, figures, formulas, both themes, both widths, accessibility."""
    with checks.new_context(browser) as context:
        seen = checks.visit(context, (site / page_name).as_uri())
        page = seen.page
        problems = [*checks.undrawn_figures(page), *checks.unrendered_formulas(page)]
        for width in (checks.DESKTOP, checks.PHONE):
            page.set_viewport_size(width)
            page.wait_for_timeout(150)
            problems += checks.horizontal_overflow(page) + checks.clipped_figures(page)
            for scheme in ("light", "dark"):
                checks.switch_theme(page, scheme)
                found = [*checks.unthemed_figures(page), *checks.accessibility_findings(page)]
                problems += [f"{scheme}, {width['width']} px: {problem}" for problem in found]
            problems += checks.unmarked_edges(page)
        assert_none([*seen.foreign_requests(), *seen.console, *problems])


def test_page_below_a_path(browser: Browser, site_address: str, page_name: str) -> None:
    with checks.new_context(browser) as context:
        seen = checks.visit(context, f"{site_address}/{page_name}")
        problems = [*checks.undrawn_figures(seen.page), *checks.unrendered_formulas(seen.page)]
        assert_none([*seen.foreign_requests(), *seen.console, *problems])


@pytest.mark.parametrize("host", ["file", "server"])
def test_index_leads_to_the_first_page(browser: Browser, site: Path, site_address: str, host: str) -> None:
    base = site.as_uri() if host == "file" else site_address
    assert_none(checks.broken_references(site / "index.html"))
    with checks.new_context(browser) as context:
        page = context.new_page()
        page.goto(f"{base}/index.html")
        page.wait_for_url(lambda url: not url.endswith("index.html"), timeout=checks.WAIT)
        assert page.locator("article h1").count() == 1


@pytest.mark.parametrize("host", ["file", "server"])
def test_search_finds(browser: Browser, site: Path, site_address: str, host: str) -> None:
    base = site.as_uri() if host == "file" else site_address
    with checks.new_context(browser) as context:
        seen = checks.visit(context, f"{base}/search.html?q=threshold")
        seen.page.wait_for_selector("#search-results li a", timeout=checks.WAIT)
        links = seen.page.locator("#search-results li a").evaluate_all(
            "links => links.map((link) => link.getAttribute('href'))"
        )
        assert len(links) >= 1
        assert_none(seen.foreign_requests())
