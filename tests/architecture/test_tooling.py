"""What a newcomer finds at the front door."""

import os
import re
import subprocess
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]


def test_the_licence_is_apache_2():
    assert "Apache License\n                           Version 2.0, January 2004" in (HOUSE / "LICENSE").read_text()


def test_the_list_of_commands_explains_every_command():
    makefile = (HOUSE / "Makefile").read_text()
    named = set(re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split())
    listed = subprocess.run(["make", "help"], cwd=HOUSE, capture_output=True, text=True, check=True).stdout
    explained = {line.split()[0] for line in listed.splitlines()}
    assert {"run", "test", "stories", "lint", "types", "check", "bench", "messages", "format", "clean"} <= explained
    assert named - explained == {"setup", "setup-dev"}


@pytest.mark.parametrize("script", [".ci/run", *(f"scripts/{path.name}" for path in (HOUSE / "scripts").glob("*.sh"))])
def test_a_script_is_executable_and_stops_at_the_first_error(script):
    assert os.access(HOUSE / script, os.X_OK)
    text = (HOUSE / script).read_text()
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "\nset -eu\n" in text
    subprocess.run(["bash", "-n", HOUSE / script], check=True)
