"""What is installed: the locks, the wheel, and the environment that Binder makes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins() -> dict[str, str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    found = [line.split("==") for line in lines if line and not line.startswith(("#", "-"))]
    return {name.lower().replace("_", "-").replace(".", "-"): version for name, version in found}


def ranges() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"]
    texts = [*PROJECT["dependencies"], *extras["book"], *extras["lab"], *extras["test"]]
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("requirement", ranges(), ids=str)
def test_pin_lies_in_the_declared_range(requirement: Requirement) -> None:
    version = pins()[requirement.name.lower().replace("_", "-")]
    assert requirement.specifier.contains(version)


def test_every_line_of_the_requirements_is_a_pin_and_the_last_the_package() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    packages = [line for line in lines if not line.startswith("#")]
    assert packages[-1] == "-e ."
    assert all(re.fullmatch(r"[\w.\-]+==[\w.\-+]+", line) for line in packages[:-1])


def test_binder_takes_a_python_that_the_package_supports() -> None:
    major, minor = (ROOT / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-").split(".")
    assert (int(major), int(minor)) >= (3, 11)


def test_lock_names_no_registry_and_pins_what_is_asked_for() -> None:
    text = (ROOT / "web" / "package-lock.json").read_text(encoding="utf-8")
    asked = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))
    packages = json.loads(text)["packages"]
    assert "://" not in text
    for name, version in {**asked["dependencies"], **asked["devDependencies"]}.items():
        assert packages[f"node_modules/{name}"]["version"] == version
        assert packages[f"node_modules/{name}"]["integrity"].startswith("sha512-")


@pytest.mark.slow
def test_wheel_works_outside_the_repository(tmp_path: Path) -> None:
    """Built from a copy without anything built before, so that npm has to bring uPlot."""
    copy = tmp_path / "source"
    ignore = shutil.ignore_patterns(".*", "_build", "dist", "static", "node_modules", "__pycache__", "book")
    shutil.copytree(ROOT, copy, ignore=ignore)
    shutil.copy(ROOT / "web" / ".npmrc", copy / "web")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--quiet", "--no-deps", "-w", tmp_path, copy], check=True)
    (wheel,) = tmp_path.glob("lifcourse-*.whl")

    # A fresh environment with the wheel, in which the dependencies, but not the editable lifcourse, are found.
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    (site_packages,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--target", site_packages, wheel], check=True)
    (site_packages / "dependencies.pth").write_text(str(Path(pytest.__file__).parents[1]), encoding="utf-8")
    code = """if True:
        from importlib.metadata import version
        from pathlib import Path
        import lifcourse
        from lifcourse import LIF, NeuronParameters, simulate
        from lifcourse.units import MOhm, mV, ms, nA, nF
        package = Path(lifcourse.__file__).parent
        params = NeuronParameters(C_m=2 * nF, R_m=5 * MOhm, E_L=-70 * mV, V_th=-50 * mV, V_reset=-65 * mV)
        recording = simulate(LIF(params), 5 * nA, duration=200 * ms, dt=0.1 * ms)
        assert recording.n_spikes > 0
        for name in ("uPlot.iife.min.js", "uPlot.min.css", "uPlot.LICENSE.txt"):
            assert (package / "static" / name).stat().st_size > 500, name
        assert (package / "pages" / "figures.js").is_file()
        print(package, version("lifcourse"))
    """
    done = subprocess.run(
        [tmp_path / "venv" / "bin" / "python", "-I", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(site_packages / "lifcourse"), PROJECT["version"]]


@pytest.mark.slow
def test_jupyterlab_starts_and_opens_every_chapter() -> None:
    command = [sys.executable, ROOT / "scripts" / "binder_check.py", "--here"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
