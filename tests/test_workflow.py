"""What runs elsewhere: the workflow's rights and pins."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / ".github" / "workflows" / "book.yml").read_text(encoding="utf-8")


def test_actions_are_pinned_by_commit() -> None:
    uses = re.findall(r"uses: (\S+)", TEXT)
    assert uses
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action) for action in uses)


def test_workflow_runs_the_two_commands_with_least_rights() -> None:
    workflow = yaml.safe_load(TEXT)
    commands = [step.get("run") for step in workflow["jobs"]["test"]["steps"]]
    assert [command for command in commands if command] == ["make test", "make book"]
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["test"]["permissions"] == {"contents": "read"}
    assert workflow["jobs"]["publish"]["permissions"] == {"pages": "write", "id-token": "write"}
