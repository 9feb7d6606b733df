"""The office's own virus scanner: a command that reads a file from its standard input and says no by its exit code."""

import logging
import shlex
import subprocess
from pathlib import Path
from typing import Final

from engine.errors import Conflict, Invalid

_PATIENCE: Final = 60
log = logging.getLogger("xiaohao.files")


def scan(command: str, name: str, data: bytes) -> str:
    """Has the bytes looked at by `command` (`clamdscan --no-summary -`); answers its name, `""` where there is no command.

    Exit code 0 is clean, 1 infected, as ClamAV and its like have it. Never inside a transaction: it may take a minute.

    Raises:
        Invalid: the scanner says no.
        Conflict: it could not be asked; nothing is taken unseen.
    """
    words = shlex.split(command)
    if not words:
        return ""
    try:
        done = subprocess.run(words, input=data, capture_output=True, timeout=_PATIENCE, check=False)  # noqa: S603 - the office's own command, no shell
    except (OSError, subprocess.SubprocessError):
        log.exception("the scanner %s cannot be asked", words[0])
        raise Conflict("the virus scanner does not answer; {name} was not taken, try again later", name=name) from None
    if done.returncode == 1:
        raise Invalid("the virus scanner of the office does not let {name} in; have the file cleaned", name=name)
    if done.returncode != 0:
        log.error("the scanner %s ended with %s: %s", words[0], done.returncode, done.stderr[-500:])
        raise Conflict("the virus scanner does not answer; {name} was not taken, try again later", name=name)
    return Path(words[0]).name[:60]
