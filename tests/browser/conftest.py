"""A browser, the built site, and a server that shows it below a path."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import site_checks
from playwright.sync_api import Browser, Error, Playwright, sync_playwright

SITE = Path(os.environ.get("LIFCOURSE_SITE", site_checks.ROOT / "_build" / "html")).resolve()
SUB_PATH = "some/where"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no other host exists
]
NO_BROWSER = """\
The browser tests found no Chrome or Chromium and could not install one.
Any of these helps:
  - install Google Chrome or Chromium, so that one of {names} is on the PATH;
  - name it: LIFCOURSE_BROWSER=/path/to/chrome make test;
  - on Debian or Ubuntu: apt-get install chromium;
  - elsewhere, with a way to Playwright's download site: {python} -m playwright install --with-deps chromium
What was tried:
{tried}"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "page_name" in metafunc.fixturenames:
        pages = site_checks.html_pages(SITE)
        if not pages:
            raise pytest.UsageError(f"There is no book in {SITE}: run `make book` first.")
        metafunc.parametrize("page_name", pages)


@pytest.fixture(scope="session")
def site() -> Path:
    if not (SITE / "index.html").is_file():
        pytest.fail(f"There is no book in {SITE}: run `make book` first.")
    return SITE


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The Chrome or Chromium that is there, else one that can be installed, else a failure that says what to do."""
    with (tmp_path_factory.getbasetemp().parent / "browser.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of several workers, one installs
        launched = _launch(playwright)
    yield launched
    launched.close()


def _launch(playwright: Playwright) -> Browser:
    tried: list[str] = []
    for find in (_installed, _downloaded, _from_debian):
        for path in find(playwright, tried):
            try:
                return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            except Error as error:
                tried.append(f"  {path} did not start: {str(error).strip().splitlines()[0]}")
    pytest.fail(NO_BROWSER.format(names=", ".join(NAMES), python=sys.executable, tried="\n".join(tried)), pytrace=False)


def _installed(playwright: Playwright, tried: list[str]) -> Iterator[str]:
    if named := os.environ.get("LIFCOURSE_BROWSER"):
        yield named
        return
    found = [path for name in NAMES if (path := shutil.which(name))]
    found += [path for path in (*MAC, playwright.chromium.executable_path) if Path(path).is_file()]
    if not found:
        tried.append("  none on the PATH, and none of Playwright's")
    yield from found


def _downloaded(playwright: Playwright, tried: list[str]) -> Iterator[str]:
    if _run([sys.executable, "-m", "playwright", "install", "chromium"], tried):
        yield playwright.chromium.executable_path


def _from_debian(playwright: Playwright, tried: list[str]) -> Iterator[str]:
    if not shutil.which("apt-get"):
        return
    if os.geteuid() != 0:
        tried.append("  apt-get: only root may install packages")
        return
    if _run(["apt-get", "update"], tried) and _run(
        ["apt-get", "install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"], tried
    ):
        yield from filter(None, [shutil.which("chromium")])


def _run(command: list[str], tried: list[str]) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, env=environment, check=False)
    except subprocess.TimeoutExpired:
        tried.append(f"  {' '.join(command)}: no end after ten minutes")
        return False
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if "rror" in line or line.startswith("E:")]
        tried.append(f"  {' '.join(command)}: " + (lines[0].strip() if lines else f"ended with code {done.returncode}"))
    return done.returncode == 0


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """A function that serves a folder below a path of a local web server and returns its address."""
    servers = []

    def start(folder: Path) -> str:
        root = tmp_path_factory.mktemp("server")
        below = root / SUB_PATH
        below.parent.mkdir(parents=True)
        below.symlink_to(folder, target_is_directory=True)
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(root)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/{SUB_PATH}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def site_address(site: Path, serve) -> str:
    return serve(site)
