"""Messages between runs: said once, kept until heard or expired, heard once per process at most."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from engine.tables import Instance, Message

HOUR = timedelta(hours=1)


def publish(
    db: Session,
    name: str,
    correlation_key: str,
    variables: Mapping[str, object],
    *,
    key: str,
    sender: Instance | None = None,
    time_to_live: timedelta = HOUR,
    by: str,
    now: datetime,
) -> Message:
    """Says a message. `key` makes it once: saying it again gives back the first. The hearer advances in its own transaction."""
    raise NotImplementedError
