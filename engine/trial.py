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
from typing import Any, Final, cast

from engine import definitions
from engine.errors import Finding, Sentence, Undeployable
from engine.lint.rules import Known

SECONDS: Final = 10
"""Processor time that reading all files together may take; twice that by the clock."""
MEGABYTES: Final = 1_024


def check(files: Mapping[str, bytes]) -> None:
    """Reads the files in a process of its own.

    Raises:
        Undeployable: the process ran out of time or memory, or died. What is merely wrong with a file is left to the deployment.
    """
    if _read_aside({"files": _packed(files)}) is None:
        raise Undeployable(_too_costly(files))


def inspect(
    files: Mapping[str, bytes], known: Known, *, beside: Mapping[str, bytes] | None = None
) -> tuple[Finding, ...]:
    """All there is to say about the files, errors first, said by a process of its own; this process reads none of them.

    `known` is what exists beside them, and so is what the files `beside` them hold. A process that ran out of time or memory, or died, is a finding for each file.
    """
    answer = _read_aside({
        "files": _packed(files),
        "beside": _packed(beside or {}),
        "known": {
            "forms": sorted(known.forms),
            "decisions": sorted(known.decisions),
            "processes": sorted(known.processes),
            "job_types": sorted(known.job_types),
        },
    })  # fmt: skip
    if answer is None:
        return tuple(_too_costly(files))
    return tuple(_finding(one) for one in json.loads(answer))


def _packed(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(content).decode() for name, content in files.items()}


def _unpacked(files: Mapping[str, str]) -> dict[str, bytes]:
    return {name: base64.b64decode(content) for name, content in files.items()}


def _read_aside(given: Mapping[str, object]) -> bytes | None:
    """What the process answers; None when it ran out of something."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "engine.trial"],
            input=json.dumps(given).encode(),
            capture_output=True,
            timeout=2 * SECONDS,
            env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PATH": ""},
            preexec_fn=_limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None


def _too_costly(files: Mapping[str, bytes]) -> list[Finding]:
    sentence = Sentence(
        "reading this took more than {seconds} seconds or {megabytes} MB; draw it in smaller files",
        {"seconds": SECONDS, "megabytes": MEGABYTES},
    )
    return [Finding("too-costly", "", sentence, resource=name) for name in files]


def _limit() -> None:
    """In the new process, before anything runs in it."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES * 1_048_576, MEGABYTES * 1_048_576))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main() -> int:
    given = json.loads(sys.stdin.buffer.read())
    files = _unpacked(given["files"])
    if "known" in given:
        found = definitions.inspect(files, Known(**given["known"]), _unpacked(given["beside"]))
        sys.stdout.write(json.dumps([_said(one) for one in found]))
        return 0
    for name, content in files.items():
        try:
            definitions.look(name, content)
        except Undeployable:
            continue
    return 0


def _said(finding: Finding) -> dict[str, object]:
    """A finding as it goes from one process to the other."""
    return {
        "rule": finding.rule,
        "element_id": finding.element_id,
        "sentence": _words(finding.sentence),
        "severity": finding.severity,
        "resource": finding.resource,
        "line": finding.line,
    }


def _words(value: object) -> object:
    if isinstance(value, Sentence):
        return {"template": value.template, "params": {name: _words(each) for name, each in value.params.items()}}
    return value if isinstance(value, int | str) else str(value)


def _finding(said: dict[str, Any]) -> Finding:
    words: dict[str, Any] = {**said, "sentence": _heard(said["sentence"])}
    return Finding(**words)


def _heard(said: Any) -> object:
    if not isinstance(said, dict):
        return said
    one = cast(dict[str, Any], said)
    template, params = str(one["template"]), {name: _heard(each) for name, each in one["params"].items()}
    return Sentence(template, params)


if __name__ == "__main__":
    sys.exit(_main())
