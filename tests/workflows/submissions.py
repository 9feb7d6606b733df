"""What people answer when they walk a drawing."""

AGREE = {"review": {"decision": "agree", "opinion": "同意"}}
REFUSE = {"review": {"decision": "refuse", "opinion": "不同意"}}
RETURN = {"review": {"decision": "return", "defects": ["weak"], "opinion": "请补充措施"}}
INCOMPLETE = {"review": {"decision": "return", "defects": ["incomplete"], "opinion": "请补充材料"}}
PLAN = {
    "plan": {
        "starts": "2026-07-20",
        "ends": "2027-06-30",
        "causes": ["not_booked"],
        "goals": [{"type": "activity", "date": "2026-12-31"}],
        "measures": [
            {
                "type": "PROJECT",
                "content": "研发立项两项",
                "owner": "桂示木业",
                "start": "2026-07-20",
                "due": "2026-12-31",
                "budget": 50,
            }
        ],
    }
}
CLOSURE = {
    "closure": {
        "decision": "propose",
        "statement": "已完成研发立项,建立辅助账,研发机构已备案并正常运行。",
        "evidence": ["project", "filing"],
    }
}
