"""Writes a schema revision with what the code's tables have and the newest revision has not: `new_revision.py 0002 "A sentence"`."""

import re
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import Script

from casework.schema import revising
from engine.db import Database

with tempfile.TemporaryDirectory() as folder:
    database = Database(f"sqlite:///{Path(folder) / 'revision.sqlite3'}")
    has_revisions = any((revising.HERE / "revisions").glob("*.py"))
    if has_revisions:
        revising.upgrade(database)
    with database.engine.connect() as connection:
        made = command.revision(
            revising.config(connection, batch=has_revisions), sys.argv[2], rev_id=sys.argv[1], autogenerate=True
        )
assert isinstance(made, Script)
written = Path(made.path)
written.write_text(re.sub(r"^ *# #{3} .*\n", "", written.read_text(), flags=re.MULTILINE))
