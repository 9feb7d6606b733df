"""Values of every paper as they come from the registry, for tests of templates and for the pictures in docs/papers."""

from typing import Any, Final

from casework.papers import words

VERIFY: Final = "https://xiaohao.example.gov.cn/verify/7f3kQ2mXw9aLr5Td"
_COMMON: Final[dict[str, Any]] = {
    "registration": words.REGISTRATION,
    "today": "2026年7月20日",
    "office": "贵港市工业和信息化局",
    "enterprise": {
        "name": "桂示木业1有限公司",
        "uscc": "91450803MADM000017",
        "place": "贵港市港南区",
        "address": "港南区江南工业园",
        "contact": "韦小明",
        "phone": "138****5678",
    },
    "institution": {
        "name": "桂示木业胶合板研发中心",
        "type": "自建",
        "kind": "技术中心",
        "founded": "2024年3月1日",
        "director": "黄立新",
        "director_title": "高级工程师",
        "site_area": "320",
        "site_address": "贵港市港南区江南工业园桂示路 8 号研发楼二层",
        "number": "GXYF-S-4508-2026-00001",
        "level": "市级",
        "valid_until": "2029年7月19日",
    },
    "filing": {
        "ref": "SB-450803-2026-00001",
        "number": "GXYF-S-4508-2026-00001",
        "version": "2",
        "level": "市级",
        "line": "工信",
        "kind": "首次备案",
        "applied": "2026年6月30日",
        "accepted": "2026年7月3日",
        "decided": "2026年7月20日",
        "valid_until": "2029年7月19日",
        "signer": "韦小明",
        "result": "予以备案，备案号 GXYF-S-4508-2026-00001",
    },
    "haves": [
        {"name": "场地面积（㎡）", "declared": "320", "threshold": "80", "result": "达到"},
        {"name": "全职研发人员（人）", "declared": "12", "threshold": "10", "result": "达到"},
        {"name": "设备原值（万元）", "declared": "280", "threshold": "300", "result": "接近（承诺补齐）"},
    ],
}
BY_KIND: Final[dict[str, dict[str, Any]]] = {
    "F07": {
        "title": "研发机构备案申请表",
        "figures": {
            "revenue": "62,000", "equip_value": "280", "equip_count": "14", "rd_input": "920", "fixed_assets": "8,400",
            "ip_count": "6", "invention_count": "1", "staff_fulltime": "2",
        },
        "rules": "项目管理制度、研发投入核算制度、人员绩效激励制度、成果与知识产权管理制度",
        "verdict": "一项接近，承诺补齐",
        "staff": [
            {"name": "黄立新", "last4": "0011", "title": "高级", "education": "硕士", "full_time": "是", "director": "是"},
            {"name": "覃秀梅", "last4": "0024", "title": "中级", "education": "本科", "full_time": "是", "director": "否"},
        ],
        "equipment": [{"name": "万能力学试验机", "count": "1", "value": "86.5"}, {"name": "热压成型机", "count": "2", "value": "120"}],
        "projects": [{"name": "无醛胶合板工艺研究", "period": "2026-01-01 至 2026-12-31", "budget": "150", "source": "自立"}],
        "partners": [{"name": "广西示范大学林学院", "period": "2025-01-01 至 2027-12-31"}],
        "files": [{"name": "研发场地平面图.pdf", "hash": "9f86d081884c7d65"}, {"name": "门牌照片.jpg", "hash": "60303ae22b998861"}],
        "promise": {"item": "有设备", "until": "于2026年9月18日前"},
    },
    "F08": {
        "title": "研发机构备案补正告知书",
        "notice": {
            "title": "研发机构备案补正告知书",
            "opening": "你单位提交的“桂示木业胶合板研发中心”备案申请收悉。经审查，以下内容需要补正，现一次性告知：",
            "list": ["有人员", "佐证材料"],
            "reason": "研发人员名单缺少 2 人的社会保险缴纳证明；场地租赁合同缺签章页。",
            "basis": "《“双培育、双清零、双提升”专项行动工作方案》关于企业研发机构普遍备案的规定和研发机构“六有”备案条件。",
            "next": "请于2026年7月20日前补正后重新提交；逾期未提交的，视为撤回申请，可以重新申请。补正期间不计入办理时限。",
            "contact": "港南区工业和信息化局（科技创新业务科室）",
            "day": "2026年7月6日",
        },
    },
    "F09": {
        "title": "研发机构备案现场核查表",
        "onsite": {
            "round": "1", "day": "2026年7月9日", "team": "陈志强、陆海燕", "signed": "陈志强、陆海燕", "reason": "设备原值接近标准",
            "conflict": "全体成员已声明与企业无利害关系", "conclusion": "一致", "note": "设备台账与实物相符，两台新购设备已到货。",
            "signed_by_enterprise": "韦小明",
            "rows": [
                {"name": "有场地", "declared": "320", "verified": "318", "consistent": "是", "note": ""},
                {"name": "有人员", "declared": "12", "verified": "12", "consistent": "是", "note": "抽查 5 人社保记录"},
                {"name": "有设备", "declared": "280", "verified": "280", "consistent": "是", "note": "核对发票 14 张"},
            ],
        },
        "photos": [{"name": "门牌.jpg", "place": "2026-07-09 10:15 北纬23.07000 东经109.60000", "hash": "60303ae22b998861"}],
    },
    "F10": {
        "title": "研发机构备案审核意见表",
        "opinions": [
            {"desk": "县（区）形式审查", "decision": "受理", "text": "材料齐全", "score": "", "who": "梁建国", "day": "2026年7月3日"},
            {"desk": "市级审核", "decision": "同意", "text": "六有条件基本具备，设备一项已承诺", "score": "", "who": "陈志强", "day": "2026年7月8日"},
            {"desk": "市级签批", "decision": "同意", "text": "", "score": "", "who": "农卫东", "day": "2026年7月10日"},
        ],
    },
    "F11": {
        "title": "研发机构备案公示与异议登记",
        "publicity": {"from": "2026年7月10日", "until": "2026年7月17日", "channel": "“销号”平台公示栏(/public/filings)", "quiet": ""},
        "objections": [
            {"received": "2026年7月13日", "name": "李**", "contact": "139****0001", "text": "场地与另一家企业共用", "state": "不成立",
             "finding": "实地核实，两家分处不同楼层"},
        ],
    },
    "F12": {"title": "企业研发机构备案凭证", "verify": VERIFY, "qr": VERIFY},
    "F13": {
        "title": "研发机构年度复核表",
        "review": {
            "year": "2027", "submitted": "2027年4月12日", "result": "合格",
            "figures": [{"name": "场地面积（㎡）", "value": "320"}, {"name": "上年研发投入（会计口径，万元）", "value": "1,050"},
                        {"name": "一年来的变化", "value": "新增检测设备 3 台"}],
        },
        "opinions": [{"desk": "市级审核", "text": "同意", "day": "2027年5月10日"}],
    },
    "F17": {
        "title": "红色督办单",
        "order": {
            "title": "红色督办单", "number": "DB-〔2026〕12", "addressee": "港南区工业和信息化局",
            "matter": "桂示木业1有限公司帮扶方案迟迟未落实", "basis": "《专项行动工作方案》第三部分",
            "requirement": "立即组织落实，并书面报告原因、措施和完成时限。", "due": "2026年7月3日", "progress": "", "reason": "",
            "measures": "", "promised": "", "replied": "", "issued": "2026年6月30日",
        },
    },
}  # fmt: skip
"""Values by kind, complete."""


def values(kind: str) -> dict[str, Any]:
    """All values of one paper."""
    return {**_COMMON, **BY_KIND[kind]}
