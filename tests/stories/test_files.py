"""Files of a form: who may send and read them, what is accepted with a submission, and that what nobody needs goes away."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from casework import attachments, permissions
from casework.attachment_tables import Attachment, AttachmentContent
from engine import definitions, instances, user_tasks
from engine.errors import Conflict, Invalid, NotFound
from engine.tables import HistoryEntry, UserTask
from tests.files import PDF, picture
from tests.world import World

FORM = b"""{"id": "photos", "type": "default", "executionPlatform": "Camunda Cloud", "components": [
 {"type": "filepicker", "id": "f_photos", "key": "photos", "label": "\\u73b0\\u573a\\u7167\\u7247", "multiple": true,
  "accept": "image/*", "validate": {"required": true}, "properties": {"maxFiles": "2"}},
 {"type": "filepicker", "id": "f_paper", "key": "paper", "label": "\\u8425\\u4e1a\\u6267\\u7167", "accept": ".pdf"}]}"""
DRAWING = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="f" targetNamespace="house">
  <bpmn:process id="photographing" name="拍照" isExecutable="true">
    <bpmn:startEvent id="begin"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="a" sourceRef="begin" targetRef="take" />
    <bpmn:userTask id="take" name="上传照片">
      <bpmn:extensionElements><zeebe:userTask /><zeebe:formDefinition formId="photos" /><zeebe:assignmentDefinition candidateGroups="GROUP" /></bpmn:extensionElements>
      <bpmn:incoming>a</bpmn:incoming><bpmn:incoming>c</bpmn:incoming><bpmn:outgoing>b</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="b" sourceRef="take" targetRef="again" />
    <bpmn:exclusiveGateway id="again" default="d"><bpmn:incoming>b</bpmn:incoming><bpmn:outgoing>c</bpmn:outgoing><bpmn:outgoing>d</bpmn:outgoing></bpmn:exclusiveGateway>
    <bpmn:sequenceFlow id="c" sourceRef="again" targetRef="take"><bpmn:conditionExpression>=once</bpmn:conditionExpression></bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="d" sourceRef="again" targetRef="done" />
    <bpmn:endEvent id="done"><bpmn:incoming>d</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"""


class Photographer:
    """A case whose enterprise (or office) is asked for photographs."""

    def __init__(self, world: World, *, group: str = "ENT", again: bool = False) -> None:
        self.world = world
        world.open_case(list="L1")
        with world.database.transaction() as db:
            sources = {"photos.form": FORM, "p.bpmn": DRAWING.replace("GROUP", group).encode()}
            definitions.deploy(db, sources, name="p", source="page", by="des", now=world.now)
            case = world.get(db)
            instances.start(
                db, "photographing", {"once": again}, scope=case.scope, subject=f"enterprise:{case.enterprise_id}",
                by="des", now=world.now,
            )  # fmt: skip
        self.firm = world.enterprise_user()

    @property
    def task_id(self) -> int:
        with self.world.database.reading() as db:
            query = select(UserTask.id).where(UserTask.element_id == "take", UserTask.status == "open")
            return db.scalars(query).one()

    def brings(self, data: bytes | None = None, name: str = "门牌.jpg", *, by: str = "") -> dict[str, Any]:
        looked = attachments.look_at(name, "", picture() if data is None else data)
        with self.world.database.transaction() as db:
            return attachments.keep(db, looked, user_task_id=self.task_id, by=by or self.firm, now=self.world.now)

    def sends(self, *photos: Mapping[str, Any], paper: Any = None, by: str = "") -> None:
        answers = {"photos": [dict(one) for one in photos], **({"paper": paper} if paper else {})}
        with self.world.database.transaction() as db:
            user_tasks.complete(db, self.task_id, answers, by=by or self.firm, now=self.world.now)

    def refused(self, *photos: Mapping[str, Any], paper: Any = None, by: str = "") -> dict[str, list[str]]:
        with pytest.raises(Invalid) as caught:
            self.sends(*photos, paper=paper, by=by)
        return {key: [str(one) for one in said] for key, said in caught.value.fields.items()}

    def reads(self, key: str, username: str) -> bool:
        with self.world.database.reading() as db:
            try:
                attachments.get(db, key, permissions.scope_of(db, username, now=self.world.now))
            except NotFound:
                return False
            return True


def test_what_was_brought_is_sent_by_reference_and_the_keeper_says_what_it_is(world: World) -> None:
    told = Photographer(world)
    kept = told.brings(picture(place=True))
    told.sends({**kept, "name": "../改名.exe", "size": 1, "sha256": "0" * 64})
    with world.database.reading() as db:
        row = db.scalars(select(Attachment)).one()
        run = db.scalars(select(UserTask).where(UserTask.element_id == "take")).one().instance_id
        fact = db.scalars(select(HistoryEntry).where(HistoryEntry.fact == "file_brought")).one()
        assert instances.variables(db, run, now=world.now)["photos"] == [kept]
        assert row.used_at == world.now
        assert row.place["lat"] == "23.07000"
        assert fact.data["sha256"] == kept["sha256"] == row.sha256
    world.is_well()


def test_the_same_file_sent_twice_is_one_reference_and_one_content(world: World) -> None:
    told = Photographer(world)
    assert told.brings() == told.brings()
    other = told.brings(by="lo")
    assert other["id"] != told.brings()["id"]
    with world.database.reading() as db:
        assert db.scalars(select(func.count()).select_from(AttachmentContent)).one() == 1


def test_only_what_the_sender_brought_for_this_task_is_accepted(world: World) -> None:
    told = Photographer(world)
    of_another = told.brings(picture(colour="red"), by="xg")
    gone = "the file 门牌.jpg did not arrive; take it out and choose it again"
    assert told.refused(of_another) == {"photos": [gone]}
    assert told.refused({"id": "made-up", "name": "门牌.jpg", "sha256": "0" * 64}) == {"photos": [gone]}
    assert told.refused({"name": "门牌.jpg"}) == {"photos": ["expected files"]}


def test_number_and_kind_of_files_are_those_of_the_field(world: World) -> None:
    told = Photographer(world)
    three = [told.brings(picture(colour=colour), f"{colour}.jpg") for colour in ("red", "blue", "green")]
    assert told.refused(*three) == {"photos": ["at most 2 files fit here"]}
    assert told.refused() == {"photos": ["this is required"]}
    paper = told.brings(PDF, "执照.pdf")
    assert told.refused(paper) == {"photos": ["执照.pdf is of another kind; image/* fits here"]}
    assert told.refused(three[0], paper=[three[1]]) == {"paper": ["blue.jpg is of another kind; .pdf fits here"]}
    assert told.refused(three[0], paper=[paper, paper]) == {"paper": ["at most 1 files fit here"]}
    told.sends(three[0], three[1], paper=[paper])


def test_what_was_there_before_may_stay_whoever_sends_it(world: World) -> None:
    told = Photographer(world, again=True)
    first = told.brings()
    told.sends(first)
    told.sends(first, told.brings(picture(colour="red"), by="lo"), by="lo")
    with world.database.reading() as db:
        assert db.scalars(select(func.count(Attachment.id)).where(Attachment.used_at.is_not(None))).one() == 2


def test_a_task_that_is_over_takes_no_file(world: World) -> None:
    told = Photographer(world)
    task_id = told.task_id
    told.sends(told.brings())
    looked = attachments.look_at("晚.jpg", "", picture(colour="red"))
    with world.database.transaction() as db, pytest.raises(Conflict):
        attachments.keep(db, looked, user_task_id=task_id, by=told.firm, now=world.now)


def test_a_file_is_read_by_those_who_may_read_the_matter(world: World) -> None:
    told = Photographer(world)
    key = told.brings()["id"]
    world.hires("xg9", "XG", "45/4508/450802")
    assert [name for name in ("xg", "cl", "rg", "sup") if not told.reads(key, name)] == []
    assert told.reads(key, told.firm)
    assert [name for name in ("lo", "des", "adm", "xg9") if told.reads(key, name)] == []
    world.open_case(list="L1")
    assert not told.reads(key, world.enterprise_user())
    assert not told.reads("made-up", "xg")


def test_an_enterprise_does_not_read_what_the_offices_brought_about_it(world: World) -> None:
    told = Photographer(world, group="CG")
    key = told.brings(by="cg")["id"]
    assert told.reads(key, "xg")
    assert not told.reads(key, told.firm)


def test_files_that_no_submission_took_go_when_their_task_is_over(world: World) -> None:
    told = Photographer(world)
    sent, left = told.brings(), told.brings(picture(colour="red"))
    with world.database.transaction() as db:
        assert attachments.clean(db, "2026-09-01", after=0, now=world.now + timedelta(days=60)) == 0
        assert db.scalars(select(func.count(Attachment.id))).one() == 2, "a draft of an open task keeps its files"
    told.sends(sent)
    with world.database.transaction() as db:
        attachments.clean(db, "2026-07-01", after=0, now=world.now + timedelta(days=6))
        assert db.scalars(select(func.count(Attachment.id))).one() == 2
        attachments.clean(db, "2026-07-10", after=0, now=world.now + timedelta(days=8))
        assert db.scalars(select(Attachment.key)).all() == [sent["id"]]
        assert db.scalars(select(AttachmentContent.sha256)).all() == [sent["sha256"]]
    assert left["sha256"] != sent["sha256"]


def test_nobody_brings_files_without_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Photographer(world)
    monkeypatch.setattr(attachments, "MOST_UNUSED", 2)
    told.brings(picture(colour="red"))
    told.brings(picture(colour="blue"))
    with pytest.raises(Invalid, match="send what you have first"):
        told.brings(picture(colour="white"))
