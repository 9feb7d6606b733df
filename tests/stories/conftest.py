"""A fresh world for every story, on both databases."""

import pytest

from engine.db import Database
from tests.world import World


@pytest.fixture
def world(database: Database) -> World:
    """Officers, a territory, the deployed drawings, and a clock at 09:00 of 30 June 2026."""
    return World(database)
