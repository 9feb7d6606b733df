"""What changed between two versions of an application."""

from casework.filing_versions import Difference, differences

STAFF = [{"name": "研一", "last4": "1001", "title": "none"}, {"name": "研二", "last4": "1002", "title": "senior"}]
FILE = {"id": "a", "name": "设备清单.pdf", "size": 10, "sha256": "x", "type": "application/pdf"}


def test_a_field_that_changed_says_what_stood_there_and_what_stands_there() -> None:
    assert differences({"siteArea": 60, "name": "甲"}, {"siteArea": 80, "name": "甲"}) == [
        Difference(("siteArea",), 60, 80)
    ]


def test_empty_and_missing_are_the_same() -> None:
    assert not differences({"a": "", "b": [], "c": None}, {"c": "", "d": None, "softwareUnit": False})
    assert differences({"softwareUnit": True}, {"softwareUnit": False}) == [Difference(("softwareUnit",), True, False)]


def test_rows_are_compared_by_their_name_whatever_their_order() -> None:
    assert not differences({"staff": STAFF}, {"staff": STAFF[::-1]})
    later = [STAFF[0], {**STAFF[1], "title": "middle"}, {"name": "研三", "last4": "1003"}]
    assert differences({"staff": STAFF}, {"staff": later}) == [
        Difference(("staff", "研二", "title"), "senior", "middle"),
        Difference(("staff", "研三"), None, {"name": "研三", "last4": "1003"}),
    ]
    assert differences({"staff": STAFF}, {"staff": []}) == [
        Difference(("staff", "研一"), STAFF[0], None),
        Difference(("staff", "研二"), STAFF[1], None),
    ]


def test_two_rows_of_one_name_are_two_rows() -> None:
    twins = [{"name": "研一", "last4": "1001"}, {"name": "研一", "last4": "2001"}]
    assert not differences({"staff": twins}, {"staff": twins})
    assert differences({"staff": twins[:1]}, {"staff": twins}) == [Difference(("staff", "研一 (2)"), None, twins[1])]


def test_a_file_of_the_same_name_with_other_content_is_another_file() -> None:
    assert not differences({"equipFiles": [FILE]}, {"equipFiles": [{**FILE, "id": "b"}]})
    other = {**FILE, "sha256": "y"}
    assert differences({"equipFiles": [FILE]}, {"equipFiles": [other]}) == [
        Difference(("equipFiles", "设备清单.pdf"), FILE, other)
    ]


def test_a_list_of_choices_is_one_answer() -> None:
    assert differences({"rules": ["management"]}, {"rules": ["management", "results"]}) == [
        Difference(("rules",), ["management"], ["management", "results"])
    ]


def test_answers_that_are_no_rows_do_no_harm() -> None:
    assert differences({"staff": "nobody"}, {"staff": [1, None]}) == [Difference(("staff",), "nobody", [1, None])]
