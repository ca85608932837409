"""Write ``requirements.txt`` and ``web/package-lock.json`` anew from the ranges that the project declares."""

from __future__ import annotations

import subprocess
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """\
# What Binder, CI and a laptop install: every package pinned, and lifcourse itself from this folder.
# Written by `make lock` from the ranges in pyproject.toml; do not edit by hand.
"""


def main() -> None:
    subprocess.run(["npm", "install", "--package-lock-only"], cwd=ROOT / "web", check=True)
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        pip = [Path(folder, "bin", "python"), "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", "-e", ".[dev]"], cwd=ROOT, check=True)
        frozen = subprocess.run([*pip, "freeze", "--exclude-editable"], check=True, capture_output=True, text=True)
    pins = [line for line in frozen.stdout.splitlines() if "==" in line]
    (ROOT / "requirements.txt").write_text(HEAD + "\n".join([*pins, "-e ."]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
