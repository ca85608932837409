"""Count the claims of the chapters and their checks; fail if a claim has none.

The numbered points under the heading "What you have learnt" are a chapter's claims. Each names what checks it in a
comment within the point, which readers of the page do not see:

    1. The neuron fires when its target lies beyond the threshold. <!-- check: cell threshold-current -->
    2. exp is accurate to one unit in the last place. <!-- check: tests/test_exp.py::test_one_ulp -->

A cell is named by its id; its output must be stored and compared (tag ``nbval-check-output``). A cell of another
chapter is named with the chapter before it: ``lif:threshold-current``. A test is named as pytest names it.

Usage: python scripts/claims.py [CHAPTER ...]
"""

import ast
import re
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
HEADING = re.compile(r"^#+\s*What you have learnt\s*$", re.MULTILINE)
POINT = re.compile(r"^\d+\.\s.*?(?=^\d+\.\s|^#|\Z)", re.MULTILINE | re.DOTALL)
CHECK = re.compile(r"<!--\s*check:\s*(.*?)\s*-->", re.DOTALL)


def claims_of(text):
    """The numbered points below "What you have learnt", up to the next heading."""
    heading = HEADING.search(text)
    if heading is None:
        return []
    rest = text[heading.end() :]
    following = re.search(r"^#", rest, re.MULTILINE)
    return POINT.findall(rest[: following.start()] if following else rest)


def text_of(chapter):
    """All prose of a chapter."""
    if chapter.suffix == ".md":
        return chapter.read_text("utf-8")
    cells = nbformat.read(chapter, 4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def problem_with(check, chapter):
    """What is wrong with a check as a claim names it; None if it stands."""
    if check.startswith("cell "):
        name = check.removeprefix("cell ").strip()
        home, _, cell_id = name.rpartition(":")
        notebook = chapter.parent / f"{home}.ipynb" if home else chapter
        if not notebook.exists():
            return f"there is no chapter {notebook.name}"
        cell = next((cell for cell in nbformat.read(notebook, 4).cells if cell.id == cell_id), None)
        if cell is None:
            return f"{notebook.name} has no cell {cell_id!r}"
        if "nbval-check-output" not in cell.metadata.get("tags", []) or not cell.get("outputs"):
            return f"the output of cell {cell_id!r} of {notebook.name} is not compared"
        return None
    path, _, name = check.partition("::")
    if not (ROOT / path).is_file():
        return f"there is no file {path}"
    tests = {node.name for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))) if hasattr(node, "name")}
    return None if name.split("[")[0].split("::")[-1] in tests else f"{path} has no test {name}"


def main(names):
    """Print a line a chapter and one for each problem; return the number of problems."""
    chapters = [ROOT / name for name in names] or sorted((ROOT / "book").glob("*.[im]*"))
    claims, checks, problems = 0, 0, []
    for chapter in chapters:
        points = claims_of(text_of(chapter))
        named = [(point, CHECK.findall(point)) for point in points]
        claims += len(points)
        checks += sum(len(found) for _, found in named)
        for point, found in named:
            if not found:
                problems.append(f"{chapter.name}: unchecked: {' '.join(point.split())[:100]}")
            problems += [f"{chapter.name}: {trouble}" for c in found if (trouble := problem_with(c, chapter))]
        if chapter.suffix == ".ipynb" and chapter.stem != "welcome" and not points:
            problems.append(f"{chapter.name}: no numbered points under 'What you have learnt'")
        if points:
            print(f"{chapter.name:28} {len(points):3} claims {sum(len(found) for _, found in named):3} checks")
    print(f"{claims} claims, {checks} checks, {len(problems)} problems")
    print(*problems, sep="\n", file=sys.stderr)
    return len(problems)


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
