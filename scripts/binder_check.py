"""Do what Binder does: an environment from requirements.txt alone, JupyterLab, each chapter from its own folder.

``python scripts/binder_check.py`` makes the environment anew, in a folder that it removes again. With ``--here`` it
takes the environment that runs it and only starts JupyterLab.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

ROOT = Path(__file__).resolve().parent.parent
START = 90  # seconds in which JupyterLab has to answer


def start_lab(python: Path) -> None:
    """Start JupyterLab in the repository, and ask it for its page, its kernels and every chapter."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    command = [python, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    command += [f"--IdentityProvider.token={token}", "--ServerApp.port_retries=0"]
    opener = build_opener(ProxyHandler({}))

    def get(path: str) -> bytes:
        request = Request(f"http://127.0.0.1:{port}/{path}", headers={"Authorization": f"token {token}"})
        with opener.open(request, timeout=10) as answer:
            return answer.read()

    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        try:
            deadline = time.monotonic() + START
            while True:
                try:
                    get("api/status")
                    break
                except (URLError, OSError):
                    if server.poll() is not None or time.monotonic() > deadline:
                        log.seek(0)
                        sys.exit("JupyterLab did not start:\n" + log.read().decode(errors="replace"))
                    time.sleep(0.3)
            assert b"jupyter-config-data" in get("lab"), "JupyterLab's page is not what it should be"
            assert "python3" in json.loads(get("api/kernelspecs"))["kernelspecs"], "there is no kernel python3"
            for chapter in sorted(ROOT.glob("book/*.ipynb")):
                found = json.loads(get(f"api/contents/book/{chapter.name}?content=0"))
                assert found["type"] == "notebook", f"JupyterLab does not take {chapter.name} for a notebook"
        finally:
            server.terminate()
            server.wait(timeout=30)
    print("JupyterLab starts and opens every chapter.")


def main() -> None:
    if sys.argv[1:] == ["--here"]:
        start_lab(Path(sys.executable))
        return
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "bin", "python")
        pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "-r", "requirements.txt"]
        subprocess.run(pip, cwd=ROOT, check=True)
        start_lab(python)
        # `python3` has to mean this environment, as it does in Binder's image.
        environment = os.environ | {"PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
        for chapter in sorted(ROOT.glob("book/*.ipynb")):
            options = ["-q", "--nbval-lax", "-p", "no:cacheprovider", "--rootdir=.", "-c", "/dev/null"]
            command = [python, "-m", "pytest", *options, chapter.name]
            subprocess.run(command, cwd=chapter.parent, env=environment, check=True)


if __name__ == "__main__":
    main()
