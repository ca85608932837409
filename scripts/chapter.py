"""Build single chapters without the rest of the book, for a quick look: ``python scripts/chapter.py lif [aelif …]``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "_build" / "chapter"


def main(names: list[str]) -> int:
    if not names:
        sys.exit("Which chapter? For example: make chapter NAME=lif")
    pages = [name for name in (*names, "glossary", "references") if list(ROOT.glob(f"book/{name}.*"))]
    if missing := set(names) - set(pages):
        sys.exit(f"There is no chapter {', '.join(sorted(missing))} in book/")
    OUT.mkdir(parents=True, exist_ok=True)
    toc = OUT / "_toc.yml"
    chapters = "".join(f"  - file: book/{page}\n" for page in dict.fromkeys(pages[1:]))
    toc.write_text(f"format: jb-book\nroot: book/{pages[0]}\n" + (f"chapters:\n{chapters}" if chapters else ""))
    book = Path(sys.executable).with_name("jupyter-book")
    done = subprocess.run([book, "build", ROOT, "--toc", toc, "--path-output", OUT, "--quiet"], check=False)
    print("The chapter:", (OUT / "_build" / "html" / "book" / f"{pages[0]}.html").as_uri())
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
