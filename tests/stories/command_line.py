"""The AWS command line as a person uses it: a shell with that person's access key."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.people import REGION

OF_THE_VENV = str(Path(sys.executable).with_name("aws"))


@cache
def is_version_2(program: str) -> bool:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60)
    return told.stdout.startswith("aws-cli/2")


def find_program(version: int) -> str | None:
    """Return the virtual environment's command line (version 1), or the machine's own if it is version 2."""
    if version == 1:
        return OF_THE_VENV
    machine = shutil.which("aws")
    return machine if machine and is_version_2(machine) else None


@dataclass
class Shell:
    """Runs ``aws`` against the service; files are looked for in ``folder``."""

    program: str
    address: str
    folder: Path
    access_key_id: str
    secret_access_key: str

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
        }
        return subprocess.run(
            [self.program, *arguments, "--endpoint-url", self.address],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def text(self, *arguments: str) -> str:
        """Run a command that succeeds; return what it prints."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def __call__(self, *arguments: str) -> Any:
        """Run a command that succeeds; return its JSON."""
        printed = self.text(*arguments, "--output", "json")
        return json.loads(printed) if printed.strip() else None

    def refused(self, *arguments: str) -> str:
        """Run a command that is refused; return the error as it is printed."""
        done = self.run(*arguments)
        assert done.returncode in (254, 255), done.stdout
        return done.stderr.strip()
