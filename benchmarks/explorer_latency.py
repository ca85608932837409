"""How long a reader waits: from a slider's move to the drawn frame, and from a link to a figure that answers.

    python benchmarks/explorer_latency.py              the explorers on a page of their own
    python benchmarks/explorer_latency.py _build/html  and, after `make book`, the pages of the book

The browser is headless and draws in software. A move is a real key press on a slider. Two clocks are read:

* the browser's own (Event Timing): from the key to the presentation of the next frame, in steps of 8 ms; what takes
  less than 16 ms is reported as 16;
* the page's: from the key to the end of the frame's work on the main thread, to a tenth of a millisecond.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import os
import shutil
import statistics
import sys
import tempfile
import threading
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Page, Playwright, sync_playwright

from lifcourse import explore, explorers, presets
from lifcourse.explorers import page as book
from lifcourse.explorers._explorer import MIME
from lifcourse.units import nA

MOVES = 200
FRAME = """<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8"><title>x</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="explorers.css"><script defer src="explorers.js"></script>
<body style="max-width: 800px; margin: auto">{body}</body></html>"""
CLOCKS = """() => {
    window.presented = new Map();
    new PerformanceObserver((list) => {
        for (const { name, startTime, duration } of list.getEntries())
            if (name === "keydown") presented.set(startTime, duration);
    }).observe({ type: "event", durationThreshold: 16, buffered: true });
    window.worked = [];
    addEventListener("keydown", ({ timeStamp }) => {
        requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => worked.push(performance.now() - timeStamp);
            port2.postMessage(null);  // its turn comes when the frame is done
        });
    }, true);
}"""
# The time at which the first explorer of a page has drawn and takes input.
USABLE = """new MutationObserver((_, observer) => {
    if (!document.querySelector(".lif-explorer[data-draws]")) return;
    window.usable = performance.now();
    observer.disconnect();
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-draws"] });"""


def measured() -> dict:
    ready = {name: getattr(explorers, name)() for name in ("lif", "refractory", "sra", "aelif", "euler_step")}
    plain = explore(presets.lif, 5 * nA, sliders=["current"], duration=2.0, dt=1e-4, name="steps")
    noisy = explore(presets.lif, 5 * nA, sliders=["current", "noise_sigma"], duration=2.0, dt=1e-4, name="noisy")
    return {"20,000 steps, all drawn": plain, "20,000 noisy steps": noisy, **ready}


def launch(playwright: Playwright):
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    path = os.environ.get("LIFCOURSE_BROWSER") or next(filter(None, map(shutil.which, names)), None)
    arguments = ["--no-sandbox", "--disable-gpu"]
    return playwright.chromium.launch(executable_path=path, args=arguments)


def latencies(page: Page, name: str, noisy: bool) -> tuple[list[float], list[float]]:
    """Presentation and main-thread times of key presses on the first slider of an explorer, in ms."""
    root = page.locator(f'.lif-explorer-page[data-name="{name}"] .lif-explorer')
    page.locator(f'.lif-explorer-page[data-name="{name}"]').scroll_into_view_if_needed()
    root.wait_for()
    if noisy:
        root.locator("input[type=range]").nth(1).press("End")
    slider = root.locator("input[type=range]").first
    slider.focus()
    for press in range(20 + MOVES):
        if press == 20:  # by now it is compiled
            page.wait_for_timeout(200)
            page.evaluate("() => { presented.clear(); worked.length = 0; }")
        page.keyboard.press("ArrowLeft" if press // 60 % 2 == 0 else "ArrowRight")
        page.wait_for_timeout(25 + press % 17)  # not in step with the frames
    page.wait_for_timeout(500)
    presented = page.evaluate("[...presented.values()]")
    return presented + [16.0] * (MOVES - len(presented)), page.evaluate("worked")


def row(name: str, times: list[float]) -> str:
    times = sorted(times)
    return f"{statistics.median(times):8.1f} {times[int(0.95 * len(times))]:8.1f} {times[-1]:8.1f}"


def measure_moves(playwright: Playwright) -> bool:
    folder = Path(tempfile.mkdtemp())
    (folder / "explorers.js").write_text(book.script(), encoding="utf-8")
    (folder / "explorers.css").write_text(book.style(), encoding="utf-8")
    os.environ["LIFCOURSE_BUILDING_BOOK"] = "1"
    browser, fast = launch(playwright), True
    print(f"{MOVES} moves of a slider, in ms     {'to the presented frame':^26}  {'on the main thread':^26}")
    print(f"{'':32} {'median':>8} {'95 %':>8} {'longest':>8}  {'median':>8} {'95 %':>8} {'longest':>8}")
    for label, explorer in measured().items():
        body = book.explorer_html(explorer._repr_mimebundle_()[MIME], label)
        (folder / "index.html").write_text(FRAME.format(body=body), encoding="utf-8")
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto((folder / "index.html").as_uri())
        page.evaluate(CLOCKS)
        presented, worked = latencies(page, explorer.name, "noisy" in label)
        print(f"{label:32} {row(label, presented)}  {row(label, worked)}")
        if "20,000" in label:
            fast &= statistics.median(presented) <= 33 and sorted(presented)[int(0.95 * len(presented))] <= 50
        page.close()
    browser.close()
    print(f"20,000 steps: median at most 33 ms and 95 % at most 50 ms: {'yes' if fast else 'NO'}")
    return fast


class Compressed(http.server.SimpleHTTPRequestHandler):
    """A local server that compresses what is text, as servers of pages do."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        data, kind = path.read_bytes(), self.guess_type(str(path))
        self.send_response(200)
        if kind.startswith(("text/", "application/", "image/svg")):
            data = _zipped(path)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@functools.cache
def _zipped(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 6)


def measure_pages(playwright: Playwright, site: Path) -> bool:
    """First visit and next page: bytes on the wire, time to text and to an explorer that has drawn."""
    names = sorted(p for p in site.rglob("*.html") if 'class="lif-explorer-page"' in p.read_text("utf-8"))
    if not names:
        sys.exit(f"No page of {site} has an explorer.")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Compressed, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for path in site.rglob("*.*"):
        if path.suffix in (".js", ".css", ".html"):
            _zipped(path)
    print(f"\n{'page':34} {'visit':>6} {'kB':>8} {'text, s':>8} {'explorer, s':>12}")
    good = True
    for first in names:
        browser = launch(playwright)
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        for visit, path in (("first", first), ("next", names[(names.index(first) + 1) % len(names)])):
            page = context.new_page()
            client, sizes = context.new_cdp_session(page), []
            client.send("Network.enable")
            client.on("Network.loadingFinished", lambda event, sizes=sizes: sizes.append(event["encodedDataLength"]))
            page.add_init_script(USABLE)
            page.goto(f"http://127.0.0.1:{server.server_port}/{path.relative_to(site).as_posix()}")
            page.wait_for_function("window.usable", timeout=60_000)
            usable = page.evaluate("usable / 1000")
            text = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime / 1000")
            page.evaluate(
                """async () => {
                    for (let y = 0; y < document.body.scrollHeight; y += 400) {
                        scrollTo(0, y);
                        await new Promise((done) => setTimeout(done, 60));
                    }
                }"""
            )
            page.wait_for_timeout(3000)
            kilobytes = sum(sizes) / 1000
            good &= kilobytes <= (3000 if visit == "first" else 300) and text < 1 and usable < 3
            print(f"{unquote(urlsplit(page.url).path)[1:]:34} {visit:>6} {kilobytes:8.0f} {text:8.2f} {usable:12.2f}")
            page.close()
        browser.close()
    server.shutdown()
    print(f"first visit at most 3 MB, next page 0.3 MB, text in 1 s, explorer in 3 s: {'yes' if good else 'NO'}")
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site", nargs="?", type=Path, help="folder of the built book, say _build/html")
    site = parser.parse_args().site
    with sync_playwright() as playwright:
        good = measure_moves(playwright)
        if site:
            good &= measure_pages(playwright, site.resolve())
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
