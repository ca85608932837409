"""The same explorers in a real JupyterLab, where the numbers come from the Python kernel."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import site_checks as checks
from playwright.sync_api import Browser, Page

from lifcourse import explorers

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.xdist_group("jupyterlab")]  # one server

WAIT = 120_000  # ms: a kernel starts, Numba compiles
READY = ["lif", "refractory", "sra", "aelif", "euler_step"]
OWN_MODEL = """\
from dataclasses import dataclass
from lifcourse.models import Neuron

@dataclass(frozen=True, kw_only=True)
class Driven(Neuron):
    drive: float = 1.0
    @staticmethod
    def step(p, V, x, y, I, noise, dt):
        V = V + dt * (p.G_L * (p.E_L - V) + p.drive * I) / p.C_m + noise
        spiked = V > p.V_th
        if spiked:
            V = p.V_reset
        return V, x, y, spiked
"""
CELLS = [
    "from lifcourse import explore, explorers, presets",
    OWN_MODEL,
    *(f"explorers.{name}()" for name in READY),
    "explore(Driven(presets.lif.params), 5e-9, sliders={'drive': (0.5, 2), 'current': (0, 9e-9)}, name='driven')",
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a notebook in a JupyterLab that nobody has configured."""
    folder = tmp_path_factory.mktemp("lab")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "explorers.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    environment = os.environ | own | {"JUPYTERLAB_WORKSPACES_DIR": str(folder / "w"), "IPYTHONDIR": str(folder / "i")}
    environment |= {"JUPYTERLAB_SETTINGS_DIR": str(folder / "s"), "HOME": str(folder)}
    environment.pop("LIFCOURSE_BUILDING_BOOK", None)
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", f"--ServerApp.root_dir={folder}"]
    options += ["--IdentityProvider.token=", "--LabApp.news_url=", "--LabApp.check_for_updates_class="]
    options[-1] += "jupyterlab.NeverCheckForUpdate"
    log = folder / "log.txt"
    with log.open("w") as output:
        command = [sys.executable, "-m", "jupyterlab", *options]
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api/status", process, log)
            yield f"http://127.0.0.1:{port}/lab/tree/explorers.ipynb"
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}", pytrace=False)


@pytest.fixture(scope="module")
def seen(browser: Browser, lab: str) -> Iterator[checks.Visit]:
    """The notebook, all cells run."""
    with checks.new_context(browser) as context:
        page = context.new_page()
        seen = checks.Visit(page, lab.partition("/lab/")[0] + "/")
        page.on("request", lambda request: seen.requests.append(request.url))
        page.on("pageerror", lambda error: seen.console.append(str(error)))
        page.goto(lab)
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=WAIT)
        page.get_by_text("| Idle").first.wait_for(timeout=WAIT)  # before that, it asks which kernel to start
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.locator('[data-command="runmenu:run-all"]').click()
        # Cells below the fold are made when they come into view.
        for index in range(2, len(CELLS)):
            page.locator(f'.jp-Cell[data-windowed-list-index="{index}"]').scroll_into_view_if_needed(timeout=WAIT)
            page.locator(".lif-explorer").nth(0).wait_for(timeout=WAIT)
        yield seen


def explorer_of(page: Page, index: int):
    cell = page.locator(f'.jp-Cell[data-windowed-list-index="{index}"]')
    cell.scroll_into_view_if_needed(timeout=WAIT)
    root = cell.locator(".lif-explorer")
    root.wait_for(timeout=WAIT)
    handle = root.element_handle()
    page.wait_for_function("root => Number(root.dataset.draws) > 0", arg=handle, timeout=WAIT)
    return root


def settled(page: Page, root) -> dict:
    """The answer to the setting that the sliders show."""
    page.wait_for_function(
        """(root) => {
            const { setting } = root.lifAnswer;
            const fields = [...root.querySelectorAll("input[type=number]")].map((field) => Number(field.value));
            const menus = [...root.querySelectorAll("select")].map((menu) => menu.value);
            const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
            return same(Object.values(setting.controls), fields) && same(Object.values(setting.choices), menus);
        }""",
        arg=root.element_handle(),
        timeout=WAIT,
    )
    return root.evaluate(
        "({ lifAnswer: { setting, runs } }) => ({ setting, spikes: runs.map((run) => run && [...run.spikes]) })"
    )


@pytest.mark.parametrize(("index", "name"), list(enumerate(READY, 2)))
def test_each_control_moves_the_figure_by_the_kernel(seen: checks.Visit, index: int, name: str) -> None:
    page, explorer = seen.page, getattr(explorers, name)()
    root = explorer_of(page, index)
    assert page.evaluate("typeof window.lifModels") == "undefined"  # nothing here could compute but the kernel
    picture = """(root) => [...root.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL()).join()
        + root.querySelector(".lif-readouts").textContent"""
    for slider in root.locator("input[type=range]").all():
        before = root.evaluate(picture)
        slider.press("Home" if slider.input_value() != slider.get_attribute("min") else "End")
        found = settled(page, root)
        page.wait_for_function(f"([root, before]) => ({picture})(root) !== before", arg=[root.element_handle(), before])
        expected = explorer.compute(found["setting"])
        for spikes, wanted in zip(found["spikes"], expected["runs"], strict=True):
            assert spikes == (None if wanted is None else wanted["spikes"].tolist())
        root.get_by_role("button", name="Reset").click()
        settled(page, root)
    for menu in root.locator("select").all():
        menu.select_option(index=1)
        found = settled(page, root)
        expected = explorer.compute(found["setting"])
        assert found["spikes"] == [None if run is None else run["spikes"].tolist() for run in expected["runs"]]


def test_a_students_model(seen: checks.Visit) -> None:
    root = explorer_of(seen.page, len(CELLS) - 1)
    first = settled(seen.page, root)["spikes"][0]
    root.locator("input[type=range]").first.press("End")
    seen.page.wait_for_function("root => root.lifAnswer.setting.controls.drive === 2", arg=root.element_handle())
    assert len(settled(seen.page, root)["spikes"][0]) > len(first) > 0


def test_theme_of_jupyterlab(seen: checks.Visit) -> None:
    root = explorer_of(seen.page, 2)
    assert root.get_attribute("data-lif-theme") == "light"
    seen.page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    seen.page.wait_for_function("root => root.dataset.lifTheme === 'dark'", arg=root.element_handle(), timeout=WAIT)
    seen.page.evaluate("document.body.dataset.jpThemeLight = 'true'")


def test_no_other_host_and_no_error(seen: checks.Visit) -> None:
    foreign = [url for url in seen.foreign_requests() if not url.startswith("ws" + seen.origin.removeprefix("http"))]
    assert not [*foreign, *seen.console]
