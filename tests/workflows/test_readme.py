"""The page of workflows/ names everything that the drawings ask of others; what it forgets is red."""

import pytest

from tests.workflows.player import WORKFLOWS, processes

PAGE = (WORKFLOWS / "README.md").read_text(encoding="utf-8")
ELEMENTS = [(process.id, one) for process in processes().values() for one in process.elements.values()]


def test_every_process_form_and_decision_file_is_on_the_page() -> None:
    for process in processes():
        assert f"`{process}`" in PAGE
    for path in WORKFLOWS.iterdir():
        if path.suffix == ".form":
            assert f"`{path.stem}`" in PAGE
        elif path.suffix in {".bpmn", ".dmn"}:
            assert path.name in PAGE


@pytest.mark.parametrize("job_type", sorted({one.job_type for _, one in ELEMENTS if one.job_type}))
def test_every_service_is_on_the_page_with_its_inputs(job_type: str) -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{job_type}` |"))
    for process_id, one in ELEMENTS:
        if one.job_type == job_type:
            assert f"{process_id}.{one.id}" in line
            assert all(each.target in line for each in one.inputs)


def test_every_message_is_on_the_page() -> None:
    for _, one in ELEMENTS:
        if one.message:
            assert f"| `{one.message.name}` |" in PAGE


def test_every_user_task_is_on_the_page_with_its_form() -> None:
    for process_id, one in ELEMENTS:
        if one.kind == "userTask":
            line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{process_id}.{one.id}` |"))
            assert f"| {one.form_id} |" in line
