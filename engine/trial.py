"""Reading a file from outside for the first time, in a process of its own: whatever it does there, the house goes on.

The process has little memory, little time, no network of its own making and nothing to write to. A file that is read there within
its limits is read again by whoever deploys it; a file that is not is refused with a finding.
"""

import base64
import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from typing import Final

from engine import definitions
from engine.errors import Finding, Sentence, Undeployable

SECONDS: Final = 10
"""Processor time that reading all files together may take; twice that by the clock."""
MEGABYTES: Final = 1_024


def check(files: Mapping[str, bytes]) -> None:
    """Reads the files in a process of its own.

    Raises:
        Undeployable: the process ran out of time or memory, or died. What is merely wrong with a file is left to the deployment.
    """
    given = json.dumps({name: base64.b64encode(content).decode() for name, content in files.items()})
    try:
        done = subprocess.run(
            [sys.executable, "-m", "engine.trial"],
            input=given.encode(),
            capture_output=True,
            timeout=2 * SECONDS,
            env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PATH": ""},
            preexec_fn=_limit,
            check=False,
        )
        failed = done.returncode != 0
    except subprocess.TimeoutExpired:
        failed = True
    if failed:
        sentence = Sentence(
            "reading this took more than {seconds} seconds or {megabytes} MB; draw it in smaller files",
            {"seconds": SECONDS, "megabytes": MEGABYTES},
        )
        raise Undeployable([Finding("too-costly", "", sentence, resource=name) for name in files])


def _limit() -> None:
    """In the new process, before anything runs in it."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES * 1_048_576, MEGABYTES * 1_048_576))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main() -> int:
    for name, content in json.loads(sys.stdin.buffer.read()).items():
        try:
            definitions.look(name, base64.b64decode(content))
        except Undeployable:
            continue
    return 0


if __name__ == "__main__":
    sys.exit(_main())
