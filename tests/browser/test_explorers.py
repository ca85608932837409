"""Explorers as a reader meets them: on plain files, by mouse, keyboard and touch, without network or kernel."""

from __future__ import annotations

import base64
import gzip
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
import site_checks as checks
from playwright.sync_api import Browser, BrowserContext, Locator, Page
from site_checks import PHONE

from lifcourse import explore, explorers, presets
from lifcourse.explorers import page as book
from lifcourse.explorers._explorer import MIME, Explorer
from lifcourse.units import nA, pA

READY = ("lif", "refractory", "sra", "aelif", "euler_step")
WAIT = 10_000

PAGE = """<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>Explorers</title>
<link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="explorers.css"><script defer src="explorers.js"></script>
<style>body {{ max-width: 800px; margin: auto; padding: 0 10px; font-family: sans-serif; }} figure {{ margin: 0; }}
html[data-theme="dark"] body {{ background: #14181e; color: #ced6dd; }}</style>
</head><body><main><h1>Explorers</h1>{body}</main></body></html>"""


def gallery_explorers() -> dict[str, Explorer]:
    """Those of the course, and two that `explore` makes."""
    ready = {name: getattr(explorers, name)() for name in READY}
    both = {"clamp": presets.voltage_clamp, "threshold": presets.threshold_increase}
    return ready | {
        "own": explore(presets.lif, 5 * nA, sliders=["current", "V_reset", "noise_sigma", "dt"], name="own"),
        "both": explore(both, 300 * pA, sliders=["current", "tau_ref"], show=("V", ("V_th", "V")), name="both"),
    }


GALLERY = gallery_explorers()


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with all explorers, made as the Sphinx extension makes it."""
    folder = tmp_path_factory.mktemp("gallery")
    (folder / "explorers.js").write_text(book.script(), encoding="utf-8")
    (folder / "explorers.css").write_text(book.style(), encoding="utf-8")
    figures = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIFCOURSE_BUILDING_BOOK", "1")
        for name, explorer in GALLERY.items():
            content = json.loads(json.dumps(explorer._repr_mimebundle_()[MIME], sort_keys=True))  # as notebooks do
            (folder / f"{name}.png").write_bytes(base64.b64decode(content["still"]))
            still = f'<noscript><img src="{name}.png" alt="A still picture of {name}"></noscript>'
            text = book.explorer_html(content, f"An explorer: {name}")
            figures.append(f"<figure>{text}{still}<figcaption>{name}</figcaption></figure>")
    (folder / "index.html").write_text(PAGE.format(body="".join(figures)), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def addresses(gallery: Path, serve) -> dict[str, str]:
    return {"file": (gallery / "index.html").as_uri(), "server": f"{serve(gallery)}/index.html"}


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with checks.new_context(browser) as context:
        yield context


def problems(seen: checks.Visit) -> list[str]:
    return [*seen.foreign_requests(), *seen.console]


def woken(page: Page, name: str) -> Locator:
    """An explorer, scrolled to and alive."""
    figure = page.locator(f'.lif-explorer-page[data-name="{name}"]').first
    figure.scroll_into_view_if_needed()
    root = figure.locator(".lif-explorer")
    root.wait_for(timeout=WAIT)
    page.wait_for_function("root => Number(root.dataset.draws) > 0", arg=root.element_handle(), timeout=WAIT)
    return root


def state(root: Locator) -> str:
    """What there is to see: the pictures and the numbers."""
    return root.evaluate(
        """async (root) => {
            for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
            const pictures = [...root.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL());
            const words = [...root.querySelectorAll(".lif-readouts, .lif-problem")].map((part) => part.textContent);
            return JSON.stringify([...pictures, ...words]);
        }"""
    )


def answer(root: Locator) -> dict[str, Any]:
    """The setting and the spikes of each run."""
    return root.evaluate(
        """async (root) => {
            for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
            const { setting, runs } = root.lifAnswer;
            return { setting, runs: runs.map((run) => run && { problem: run.problem, spikes: [...run.spikes] }) };
        }"""
    )


def react_to_each_control(root: Locator) -> list[str]:
    """Move each slider, type into each field, take each option; return what left the figure as it was."""
    unmoved = []
    reset = root.get_by_role("button", name="Reset")
    first = state(root)
    for slider in root.locator("input[type=range]").all():
        name = slider.get_attribute("aria-label")
        seen = {first}
        for key in ("Home", "End", "PageDown"):
            slider.press(key)
            seen.add(state(root))
        if len(seen) < 3:
            unmoved.append(f"slider {name}")
        reset.click()
        field = root.get_by_label(f"{name}, as a number", exact=False)
        low, high = (float(field.get_attribute(end)) for end in ("min", "max"))
        now = float(field.input_value())
        field.fill(f"{now + 0.31 * ((high if high - now > now - low else low) - now):.4g}")
        field.press("Enter")
        if state(root) == first:
            unmoved.append(f"field {name}")
        reset.click()
        field.press("ArrowUp" if now < high else "ArrowDown")
        if float(field.input_value()) == now:
            unmoved.append(f"arrow keys in field {name}")
        reset.click()
    for menu in root.locator("select").all():
        options = menu.locator("option").evaluate_all("options => options.map((option) => option.value)")
        seen = [state(root)]
        for option in options[1:]:
            menu.select_option(option)
            if state(root) in seen:
                unmoved.append(f"option {option}")
            seen.append(state(root))
        reset.click()
    if state(root) != first:
        unmoved.append("the way back by Reset")
    return unmoved


@pytest.mark.parametrize("name", GALLERY)
def test_each_control_moves_the_figure(context: BrowserContext, addresses: dict, name: str) -> None:
    seen = checks.visit(context, addresses["file"])
    unmoved = react_to_each_control(woken(seen.page, GALLERY[name].name))
    assert not [*unmoved, *problems(seen)]


@pytest.mark.parametrize("name", GALLERY)
def test_spikes_on_the_page_are_those_of_simulate(context: BrowserContext, addresses: dict, name: str) -> None:
    """Sliders anywhere, by hand; the setting that the page then has is simulated in Python."""
    chance, explorer = random.Random(name), GALLERY[name]
    page = context.new_page()
    page.goto(addresses["file"])
    root = woken(page, explorer.name)
    for _ in range(6):
        for menu in root.locator("select").all():
            options = menu.locator("option").evaluate_all("options => options.map((option) => option.value)")
            menu.select_option(chance.choice(options))
        for slider in root.locator("input[type=range]").all():
            ends = [float(slider.get_attribute(end)) for end in ("min", "max")]
            slider.evaluate("(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }", chance.uniform(*ends))  # fmt: skip  # noqa: E501
        found = answer(root)
        expected = explorer.compute(found["setting"])
        for run, wanted in zip(found["runs"], expected["runs"], strict=True):
            assert (run is None) == (wanted is None)
            if run is not None:
                assert (run["problem"] is None) == (wanted["problem"] is None)
                assert run["spikes"] == wanted["spikes"].tolist(), found["setting"]


def test_new_noise_and_the_same_noise(context: BrowserContext, addresses: dict) -> None:
    page = context.new_page()
    page.goto(addresses["file"])
    root = woken(page, "lif")
    button = root.get_by_role("button", name="New noise")
    assert button.is_disabled()
    noise = root.get_by_label("noise σ in V/√s, as a number", exact=False)
    noise.fill("0.03")
    noise.press("Enter")
    first = state(root)
    button.click()
    assert state(root) != first
    assert answer(root)["setting"]["seed"] == 2
    noise.fill("0.02")
    noise.press("Enter")
    spikes = answer(root)["runs"][0]["spikes"]
    explorer = GALLERY["lif"]
    expected = explorer.compute(explorer.setting(noise_sigma=0.02, seed=2))
    assert spikes == expected["runs"][0]["spikes"].tolist()


@pytest.mark.parametrize("host", ["file", "server"])
def test_link_carries_the_setting(context: BrowserContext, addresses: dict, host: str) -> None:
    page = context.new_page()
    page.goto(addresses[host])
    root = woken(page, "aelif")
    root.get_by_label("Neuron").select_option("regular bursting")
    root.get_by_label("current I in pA, as a number", exact=False).fill("260")
    root.get_by_role("button", name="Reset").focus()
    wanted, picture = answer(root)["setting"], state(root)
    assert wanted["controls"]["current"] == 260
    link = root.get_by_role("link", name="Link to this setting").evaluate("link => link.href")
    fresh = context.new_page()
    seen = []
    fresh.on("pageerror", lambda error: seen.append(str(error)))
    fresh.goto(link)
    other = fresh.locator('.lif-explorer-page[data-name="aelif"] .lif-explorer')
    other.wait_for(timeout=WAIT)
    assert answer(other)["setting"] == wanted
    assert state(other) == picture
    assert other.evaluate("root => Math.abs(root.getBoundingClientRect().top) < 2 * innerHeight")
    # The same page, another link to it.
    fresh.evaluate("location.hash = '#lif:current=7.5&V_th=-900&R_m=abc&drive=none&seed=4'")
    first = woken(fresh, "lif")
    fresh.wait_for_function("root => root.lifAnswer?.setting.seed === 4", arg=first.element_handle(), timeout=WAIT)
    controls = answer(first)["setting"]["controls"]
    assert (controls["current"], controls["V_th"], controls["R_m"]) == (7.5, -59, 5)
    assert not seen


@pytest.mark.parametrize("name", GALLERY)
def test_python_text_repeats_the_run(context: BrowserContext, addresses: dict, name: str) -> None:
    page = context.new_page()
    page.goto(addresses["file"])
    explorer = GALLERY[name]
    root = woken(page, explorer.name)
    for field in root.locator("input[type=number]").all():
        low, high = (float(field.get_attribute(end)) for end in ("min", "max"))
        field.fill(f"{low + 0.6 * (high - low):.3g}" if name != "euler_step" else "40")
        field.press("Enter")
    code = root.locator(".lif-python code").text_content()
    *imports, blank = re.split(r"(?m)^(?=simulate\()", code)[:1], ""
    assert blank == ""
    space: dict[str, Any] = {}
    exec("".join(imports[0]), space)
    calls = [line for line in code.splitlines() if line.startswith("simulate(")]
    recordings = [eval(call, space) for call in calls]
    shown = [run for run, made in zip(answer(root)["runs"], explorer.runs, strict=True) if run and made.python]
    assert len(recordings) == len(shown) > 0
    for recording, run in zip(recordings, shown, strict=True):
        np.testing.assert_array_equal(recording.spike_samples, run["spikes"])


def test_copying(browser: Browser, addresses: dict) -> None:
    with checks.new_context(browser, permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto(addresses["server"])
        root = woken(page, "lif")
        root.locator("summary").click()
        root.get_by_role("button", name="Copy the code").click()
        root.get_by_text("Python code copied.").wait_for(timeout=WAIT)
        assert page.evaluate("navigator.clipboard.readText()") == root.locator(".lif-python code").text_content()
        root.get_by_role("button", name="Copy link").click()
        root.get_by_text("Link copied.").wait_for(timeout=WAIT)
        assert "#lif:current=5&" in page.evaluate("navigator.clipboard.readText()")


def test_values_out_of_range_and_nonsense(context: BrowserContext, addresses: dict) -> None:
    page = context.new_page()
    page.goto(addresses["file"])
    root = woken(page, "lif")
    field = root.get_by_label("threshold V_th in mV, as a number", exact=False)
    for typed, taken in (("-30", -40.0), ("-1e9", -59.0), ("", -59.0), ("-47.25", -47.25)):
        field.fill(typed)
        field.press("Enter")
        assert answer(root)["setting"]["controls"]["V_th"] == taken
        assert float(field.input_value()) == taken
    field.fill("-30")
    field.press("Enter")
    root.get_by_text("−30 is beyond the slider").wait_for(timeout=WAIT)


def test_unstable_setting_is_told_in_words(context: BrowserContext, addresses: dict) -> None:
    page = context.new_page()
    page.goto(addresses["file"])
    root = woken(page, "euler")
    root.get_by_label("Model").select_option("refractory conductance")
    assert root.locator(".lif-problem").is_hidden()
    field = root.get_by_label("time step Δt in µs, as a number", exact=False)
    field.fill("400")
    field.press("Enter")
    root.get_by_text("forward Euler is unstable").first.wait_for(timeout=WAIT)
    runs = answer(root)["runs"]
    assert [run["spikes"] == [] for run in runs if run] == [True, False]
    field.fill("20")
    field.press("Enter")
    assert answer(root)["runs"][2]["spikes"]
    assert root.locator(".lif-problem").is_hidden()


def test_told_to_screen_readers(context: BrowserContext, addresses: dict) -> None:
    page = context.new_page()
    page.goto(addresses["file"])
    root = woken(page, "sra")
    slider = root.locator("input[type=range]").first
    slider.press("End")
    status = root.locator("[role=status].lif-hidden")
    page.wait_for_function("s => s.textContent.includes('spikes: ')", arg=status.element_handle(), timeout=WAIT)
    before = status.text_content()
    slider.press("Home")
    page.wait_for_function(
        "([s, before]) => s.textContent !== before", arg=[status.element_handle(), before], timeout=WAIT
    )
    assert "spikes: 0." in status.text_content()
    assert slider.get_attribute("aria-valuetext") == "0 pA"
    assert "spikes: 0." in root.locator(".lif-plot").first.get_attribute("aria-label")


def test_pointer_shows_values(context: BrowserContext, addresses: dict) -> None:
    page = context.new_page()
    page.goto(addresses["file"])
    for name, words in {
        "lif": r"t = [\d.]+ ms, simulated = −[\d.]+ mV",
        "aelif": r"t = [\d.e−]+ s, V = −[\d.]+ mV",
        "refractory": "voltage clamp = .* threshold increase = .* mV",
    }.items():
        root = woken(page, name)
        box = root.locator(".u-over").first
        box.hover(position={"x": 100, "y": 40})
        assert re.search(words, root.locator(".lif-hover").first.text_content())
    root.locator(".lif-plot").first.evaluate("plot => plot")
    root = woken(page, "lif")
    root.locator(".lif-side .u-over").hover(position={"x": 100, "y": 40})
    assert re.search("I = .* nA, formula, no noise = .* Hz", root.locator(".lif-side .lif-hover").text_content())
    woken(page, "aelif").locator(".lif-side .u-over").hover(position={"x": 60, "y": 40})
    assert re.search("V = .* mV, I_SRA = .* pA", page.locator(".lif-side .lif-hover").last.text_content())


def test_touch(browser: Browser, addresses: dict) -> None:
    with browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True) as context:
        page = context.new_page()
        page.goto(addresses["file"])
        root = woken(page, "lif")
        first = state(root)
        slider = root.locator("input[type=range]").first
        box = slider.bounding_box()
        page.touchscreen.tap(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2)
        assert state(root) != first
        assert box["height"] >= 24  # WCAG 2.2, target size


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_findings_of_axe(context: BrowserContext, addresses: dict, width: int, scheme: str) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(addresses["file"])
    page.evaluate("scheme => (document.documentElement.dataset.theme = scheme)", scheme)
    for explorer in GALLERY.values():
        woken(page, explorer.name)
    page.evaluate("() => { for (const details of document.querySelectorAll('details')) details.open = true; }")
    assert not [*checks.accessibility_findings(page), *checks.horizontal_overflow(page)]
    assert page.evaluate(
        """() => [...document.querySelectorAll(".lif-plot")]
            .every((box) => box.querySelector("canvas").clientWidth <= box.clientWidth)"""
    )


def luminance(root: Locator) -> tuple[float, float]:
    """Mean brightness of the page behind the first picture, and of the numbers at its axis."""
    return root.evaluate(
        """(root) => {
            const canvas = root.querySelector("canvas");
            const { data } = canvas.getContext("2d").getImageData(0, 0, 30, canvas.height);
            let [sum, weight] = [0, 0];
            for (let i = 0; i < data.length; i += 4) {
                sum += (data[i + 3] * (data[i] + data[i + 1] + data[i + 2])) / 3;
                weight += data[i + 3];
            }
            const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).map(Number);
            return [(r + g + b) / 3 / 255 || 0, sum / weight / 255];
        }"""
    )


def test_theme_changes_while_one_looks(context: BrowserContext, addresses: dict) -> None:
    page = context.new_page()
    page.goto(addresses["file"])
    root = woken(page, "sra")
    state(root)
    assert luminance(root)[1] < 0.35
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    state(root)
    behind, numbers = luminance(root)
    assert behind < 0.2 < 0.65 < numbers
    assert root.get_attribute("data-lif-theme") == "dark"
    page.evaluate("delete document.documentElement.dataset.theme")
    page.emulate_media(color_scheme="light")
    state(root)
    assert root.get_attribute("data-lif-theme") == "light"
    page.emulate_media(color_scheme="dark")
    state(root)
    assert root.get_attribute("data-lif-theme") == "dark"


def test_print_is_dark_on_light_and_has_no_sliders(context: BrowserContext, addresses: dict) -> None:
    page = context.new_page()
    page.goto(addresses["file"])
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for explorer in GALLERY.values():
        root = page.locator(f'.lif-explorer-page[data-name="{explorer.name}"] .lif-explorer')
        root.wait_for(timeout=WAIT)
        state(root)
        assert luminance(root)[1] < 0.35
        assert not root.locator("input[type=range]").first.is_visible()
        assert root.locator("canvas").first.is_visible()


def test_still_pictures_without_javascript(browser: Browser, addresses: dict) -> None:
    with checks.new_context(browser, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(addresses["file"])
        pictures = page.locator("figure img")
        assert pictures.count() == len(GALLERY)
        for picture in pictures.all():
            assert picture.is_visible()
            assert picture.bounding_box()["height"] > 100


def test_a_thousand_moves(context: BrowserContext, addresses: dict) -> None:
    """Any setting anywhere: no error, no NaN, no setting that freezes the page."""
    seen = checks.visit(context, addresses["file"])
    page = seen.page
    for explorer in GALLERY.values():
        woken(page, explorer.name)
    longest = page.evaluate(
        """async (moves) => {
            let [seed, longest] = [20260101, 0];
            const random = () => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32);
            const one = (list) => list[Math.floor(random() * list.length)];
            const roots = [...document.querySelectorAll(".lif-explorer")];
            for (let i = 0; i < moves; i++) {
                const root = one(roots);
                const control = one([...root.querySelectorAll("input[type=range], select, button")]);
                const before = performance.now();
                if (control.matches("select")) {
                    control.value = one([...control.options]).value;
                    control.dispatchEvent(new Event("change"));
                } else if (control.matches("button")) {
                    if (/Reset|noise/.test(control.textContent) && !control.disabled) control.click();
                } else {
                    const [low, high] = [control.min, control.max].map(Number);
                    control.value = random() < 0.2 ? one([low, high]) : low + random() * (high - low);
                    control.dispatchEvent(new Event("input"));
                }
                await new Promise(requestAnimationFrame);
                const text = root.querySelector(".lif-readouts").textContent + root.querySelector("code").textContent;
                if (/NaN|Infinity|undefined|null/.test(text)) throw new Error(text);
                const drawn = root.lifAnswer.runs.filter((run) => run && !run.problem);
                for (const trace of drawn.flatMap(({ traces }) => Object.values(traces)))
                    if (!trace.filter((_, k) => k % 97 === 0).every(Number.isFinite)) throw new Error("not finite");
                longest = Math.max(longest, performance.now() - before);
            }
            return longest;
        }""",
        1000,
    )
    assert not problems(seen)
    assert longest < 2000  # ms, on a machine that does much else; benchmarks/explorer_latency.py measures


# The book itself.


def pages_with_explorers(site: Path) -> list[str]:
    names = [
        name for name in checks.html_pages(site) if 'class="lif-explorer-page"' in (site / name).read_text("utf-8")
    ]
    assert names, f"no page of {site} has an explorer"
    return names


@pytest.mark.parametrize("host", ["file", "server"])
def test_explorers_of_the_book(context: BrowserContext, site: Path, site_address: str, host: str) -> None:
    """Every explorer on every page reacts to each of its controls, without a request to another host."""
    base = site.as_uri() if host == "file" else site_address
    found = set()
    for name in pages_with_explorers(site):
        seen = checks.visit(context, f"{base}/{name}")
        for figure in seen.page.locator(".lif-explorer-page").all():
            explorer = figure.get_attribute("data-name")
            found.add(explorer)
            unmoved = react_to_each_control(woken(seen.page, explorer))
            assert not unmoved, f"{explorer} on {name}"
            assert figure.evaluate("figure => figure.closest('figure')?.querySelector('figcaption')?.textContent")
        assert not problems(seen), name
        seen.page.close()
    assert found >= {"lif", "refractory", "sra", "aelif", "euler"}


def test_still_pictures_in_the_book(browser: Browser, site: Path) -> None:
    with checks.new_context(browser, java_script_enabled=False) as context:
        page = context.new_page()
        for name in pages_with_explorers(site):
            page.goto((site / name).as_uri())
            for figure in page.locator("figure:has(.lif-explorer-page)").all():
                picture = figure.locator("img")
                assert picture.get_attribute("alt")
                assert picture.is_visible()
                assert picture.evaluate("image => image.naturalWidth") > 300


def test_bytes_on_the_wire(browser: Browser, site: Path, site_address: str) -> None:
    """A first visit of any page takes at most 3 MB, compressed and all included, and the next page 0.3 MB."""
    names, prefix = pages_with_explorers(site), f"{urlsplit(site_address).path}/"
    for first, following in zip(names, names[1:] + names[:1], strict=True):
        with checks.new_context(browser) as context:
            fetched: set[str] = set()
            for name, most in ((first, 3_000_000), (following, 300_000)):
                seen = checks.visit(context, f"{site_address}/{name}")
                seen.page.wait_for_load_state("networkidle")
                paths = {urlsplit(url).path.removeprefix(prefix) for url in seen.requests if "data:" not in url}
                size = sum(len(gzip.compress((site / unquote(path)).read_bytes(), 6)) for path in paths - fetched)
                assert size <= most, f"{name} after {sorted(fetched)[:1] or 'nothing'}: {size} bytes"
                fetched |= paths
