"""The white list of platforms: put on, taken off and refused, never by whoever proposed it."""

import pytest
from sqlalchemy import select

from casework import (
    institutions,
    whitelist,
)
from casework.case_tables import Notice
from casework.filing_tables import RdInstitution
from engine.errors import Conflict, Invalid
from tests.stories.institutions import does, files
from tests.world import World


def test_a_region_filing_is_put_on_the_white_list_and_taken_off(world: World) -> None:
    one, city = files(world, level="region"), files(world)
    with world.database.reading() as db:
        assert [found.id for found in whitelist.candidates(db)] == [one]
    with pytest.raises(Conflict):
        does(world, whitelist.ask, city, "on", "优先推荐。", by="rk")
    does(world, whitelist.ask, one, "on", "自治区级备案,产出突出。", by="rk")
    world.jm.completes("confirm")
    with world.database.reading() as db:
        assert [found.id for _entry, found in whitelist.listed(db)] == [one]
        assert whitelist.candidates(db) == []
    does(world, whitelist.ask, one, "off", "平台已停止运行。", by="jm")
    with pytest.raises(Invalid):
        world.jm.completes("confirm")
    world.hires("jm2", "JM", "45").completes("confirm")
    with world.database.reading() as db:
        assert whitelist.listed(db) == []
    world.working_days_pass(1)
    does(world, whitelist.ask, one, "on", "恢复运行。", by="rk")
    world.jm.completes("confirm", decision="refuse", opinion="待观察。")
    with world.database.reading() as db:
        assert whitelist.entry_of(db, institutions.get(db, one)) is None
        assert db.scalars(select(RdInstitution.state).where(RdInstitution.id == one)).one() == "filed"
        assert db.scalars(select(Notice.id)).all()
    world.is_well()
