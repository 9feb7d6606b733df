"""Quarters, supervision orders, problems, visit plans and what else a whole life needs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import engine.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_token",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("hint", sa.String(length=12), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("ends_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_access_token_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_token_token_hash")),
    )
    with op.batch_alter_table("access_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_token_person_id"), ["person_id"], unique=False)

    op.create_table(
        "territory_light",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=6), nullable=False),
        sa.Column("light", sa.String(length=6), nullable=False),
        sa.Column("score", engine.db.Money(), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", engine.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["path"], ["territory.path"], name=op.f("fk_territory_light_path")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_territory_light")),
        sa.UniqueConstraint("path", "period", name=op.f("uq_territory_light_path_period")),
    )
    with op.batch_alter_table("territory_light", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_territory_light_period_light"), ["period", "light"], unique=False)

    op.create_table(
        "current_light",
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("light", sa.String(length=6), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_current_light_case_id")),
        sa.PrimaryKeyConstraint("about", name=op.f("pk_current_light")),
    )
    with op.batch_alter_table("current_light", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_current_light_case_id"), ["case_id"], unique=False)

    op.create_table(
        "status_report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("to_path", sa.String(length=200), nullable=False),
        sa.Column("reported_by", sa.String(length=120), nullable=False),
        sa.Column("reported_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_status_report_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_report")),
    )
    with op.batch_alter_table("status_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_status_report_case_id_state"), ["case_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_status_report_scope_state"), ["scope", "state"], unique=False)

    op.create_table(
        "issue",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=9), nullable=False),
        sa.Column("category", sa.String(length=11), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("class", sa.String(length=7), nullable=False),
        sa.Column("urgency", sa.String(length=6), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=6), nullable=False),
        sa.Column("lead_post", sa.String(length=4), nullable=False),
        sa.Column("co_posts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("received_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("first_answer_due", engine.db.UtcDateTime(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("first_answered_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("answered_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("progress", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.String(length=10), nullable=False),
        sa.Column("satisfaction", sa.String(length=12), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("merged_into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("opened_by", sa.String(length=120), nullable=False),
        sa.Column("closed_at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_issue_case_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_issue_enterprise_id")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_issue_instance_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["issue.id"], name=op.f("fk_issue_merged_into_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_issue_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
        sa.UniqueConstraint("number", name=op.f("uq_issue_number")),
    )
    with op.batch_alter_table("issue", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_issue_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_issue_category_state"), ["category", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_issue_enterprise_id_state"), ["enterprise_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_issue_instance_id"), ["instance_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_issue_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_issue_scope_state"), ["scope", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_issue_state_due_on"), ["state", "due_on"], unique=False)

    op.create_table(
        "removal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("before", sa.String(length=26), nullable=False),
        sa.Column("proposed_by", sa.String(length=120), nullable=False),
        sa.Column("proposed_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("settled_by", sa.String(length=120), nullable=False),
        sa.Column("settled_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("settled_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_removal_case_id")),
        sa.ForeignKeyConstraint(["item_id"], ["case_item.id"], name=op.f("fk_removal_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removal")),
    )
    with op.batch_alter_table("removal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_removal_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_removal_state_scope"), ["state", "scope"], unique=False)

    op.create_table(
        "spot_check",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("checked_by", sa.String(length=120), nullable=False),
        sa.Column("checked_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("settled", sa.String(length=10), nullable=False),
        sa.Column("settled_by", sa.String(length=120), nullable=False),
        sa.Column("drawn_at", engine.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_spot_check_case_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_spot_check_enterprise_id")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_spot_check_instance_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_spot_check_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_check")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_spot_check_visit_id")),
    )
    with op.batch_alter_table("spot_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spot_check_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_spot_check_month_scope"), ["month", "scope"], unique=False)
        batch_op.create_index(batch_op.f("ix_spot_check_state_scope"), ["state", "scope"], unique=False)

    op.create_table(
        "visit_plan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("class", sa.String(length=1), nullable=False),
        sa.Column("type", sa.String(length=12), nullable=False),
        sa.Column("cause", sa.String(length=12), nullable=False),
        sa.Column("score", engine.db.Money(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("department", sa.String(length=120), nullable=False),
        sa.Column("topics", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("allowed_days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("officer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("merged_into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("missed_before", sa.Integer(), nullable=False),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_visit_plan_case_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_visit_plan_enterprise_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["visit_plan.id"], name=op.f("fk_visit_plan_merged_into_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_visit_plan_officer_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_plan_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_plan")),
        sa.UniqueConstraint("key", name=op.f("uq_visit_plan_key")),
    )
    with op.batch_alter_table("visit_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_plan_case_id_state"), ["case_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_plan_enterprise_id_month"), ["enterprise_id", "month"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_plan_month_scope"), ["month", "scope"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_plan_officer_id_month"), ["officer_id", "month"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_plan_state_due_on"), ["state", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_plan_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "objection",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("closure_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.String(length=120), nullable=False),
        sa.Column("settled_at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_objection_case_id")),
        sa.ForeignKeyConstraint(["closure_id"], ["closure.id"], name=op.f("fk_objection_closure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
    )
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_objection_case_id_state"), ["case_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_objection_closure_id"), ["closure_id"], unique=False)

    op.create_table(
        "supervision_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("serial", sa.Integer(), nullable=True),
        sa.Column("color", sa.String(length=6), nullable=False),
        sa.Column("subject_kind", sa.String(length=8), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("issue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("supervisor_post", sa.String(length=40), nullable=False),
        sa.Column("addressee_level", sa.Integer(), nullable=False),
        sa.Column("addressee_post", sa.String(length=40), nullable=False),
        sa.Column("addressee_path", sa.String(length=200), nullable=False),
        sa.Column("cause", sa.String(length=400), nullable=False),
        sa.Column("cause_params", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("requirement", sa.Text(), nullable=False),
        sa.Column("copies", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("due_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("first_due_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("drafted_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("issued_by", sa.String(length=120), nullable=False),
        sa.Column("issued_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("reply", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("replied_by", sa.String(length=120), nullable=False),
        sa.Column("replied_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("first_replied_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("review", sa.String(length=8), nullable=False),
        sa.Column("review_opinion", sa.Text(), nullable=False),
        sa.Column("reviewed_by", sa.String(length=120), nullable=False),
        sa.Column("reviewed_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("met_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("closed_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("closed_by", sa.String(length=120), nullable=False),
        sa.Column("close_reason", sa.String(length=400), nullable=False),
        sa.Column("minutes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("story", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("predecessor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_supervision_order_case_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_supervision_order_enterprise_id")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_supervision_order_instance_id")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_supervision_order_issue_id")),
        sa.ForeignKeyConstraint(["item_id"], ["case_item.id"], name=op.f("fk_supervision_order_item_id")),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["supervision_order.id"], name=op.f("fk_supervision_order_predecessor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_order")),
        sa.UniqueConstraint("number", name=op.f("uq_supervision_order_number")),
        sa.UniqueConstraint("year", "serial", name=op.f("uq_supervision_order_year_serial")),
    )
    with op.batch_alter_table("supervision_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supervision_order_case_id_state"), ["case_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_supervision_order_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_supervision_order_instance_id"), ["instance_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_supervision_order_issue_id"), ["issue_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_supervision_order_scope_state"), ["scope", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_supervision_order_state_due_at"), ["state", "due_at"], unique=False)

    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "amend_reasons",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                server_default=sa.text("'[]'"),
                nullable=False,
            )
        )

    with op.batch_alter_table("case_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("relapsed_on", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("relapse_gap", sa.String(length=12), server_default=sa.text("('')"), nullable=False)
        )

    with op.batch_alter_table("closure", schema=None) as batch_op:
        batch_op.add_column(sa.Column("onsite", sa.Boolean(), server_default=sa.text("(false)"), nullable=False))
        batch_op.add_column(sa.Column("published_from", engine.db.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("published_until", engine.db.UtcDateTime(), nullable=True))
        batch_op.drop_index(batch_op.f("ix_closure_state"))
        batch_op.create_index(batch_op.f("ix_closure_case_id_state"), ["case_id", "state"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_closure_state_published_until"), ["state", "published_until"], unique=False
        )

    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("kind", sa.String(length=10), server_default=sa.text("'transfer'"), nullable=False)
        )
        batch_op.alter_column(
            "state", existing_type=sa.VARCHAR(length=8), type_=sa.String(length=10), existing_nullable=False
        )
        batch_op.create_index(batch_op.f("ix_handover_instance_id"), ["instance_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_handover_predecessor_id"), ["predecessor_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_handover_instance_id"), "instance", ["instance_id"], ["id"])

    with op.batch_alter_table("light_log", schema=None) as batch_op:
        batch_op.add_column(sa.Column("number", sa.String(length=12), server_default="", nullable=False))
        batch_op.add_column(sa.Column("rule_en", sa.String(length=200), server_default="", nullable=False))
        batch_op.create_index(batch_op.f("ix_light_log_case_id_day"), ["case_id", "day"], unique=False)

    with op.batch_alter_table("lookback", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=10), server_default=sa.text("'regular'"), nullable=False)
        )
        batch_op.add_column(sa.Column("trigger", sa.String(length=80), server_default="", nullable=False))
        batch_op.add_column(sa.Column("cause", sa.String(length=20), server_default=sa.text("('')"), nullable=False))
        batch_op.add_column(
            sa.Column(
                "evidence",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                server_default=sa.text("'{}'"),
                nullable=False,
            )
        )
        batch_op.drop_constraint(batch_op.f("uq_lookback_closure_id"), type_="unique")
        batch_op.create_index(batch_op.f("ix_lookback_closure_id"), ["closure_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lookback_item_id"), ["item_id"], unique=False)
    # What set off a look-back of the first version was always the closure itself.
    op.execute("UPDATE lookback SET trigger = 'regular:' || closure_id")
    with op.batch_alter_table("lookback", schema=None) as batch_op:
        batch_op.create_unique_constraint(batch_op.f("uq_lookback_trigger"), ["trigger"])

    with op.batch_alter_table("measure", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column(
                "delays",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                server_default=sa.text("'[]'"),
                nullable=False,
            )
        )
        batch_op.add_column(
            sa.Column("end_reason", sa.String(length=400), server_default=sa.text("('')"), nullable=False)
        )
        batch_op.create_foreign_key(batch_op.f("fk_measure_instance_id"), "instance", ["instance_id"], ["id"])

    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.add_column(sa.Column("exhausted", sa.Boolean(), server_default=sa.text("(false)"), nullable=False))

    with op.batch_alter_table("quarter_report", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("explanation", sa.String(length=1000), server_default=sa.text("('')"), nullable=False)
        )
        batch_op.add_column(
            sa.Column(
                "explained",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                server_default=sa.text("'[]'"),
                nullable=False,
            )
        )
        batch_op.add_column(
            sa.Column(
                "anomalies",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                server_default=sa.text("'[]'"),
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("unusual", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(
            sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("asked_at", engine.db.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("filled_by", sa.String(length=120), server_default=sa.text("('')"), nullable=False)
        )
        batch_op.add_column(sa.Column("helped", sa.Boolean(), server_default=sa.text("(false)"), nullable=False))
        batch_op.add_column(sa.Column("returns", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(
            sa.Column("return_reason", sa.String(length=1000), server_default=sa.text("('')"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("chase_reason", sa.String(length=20), server_default=sa.text("('')"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("chase_note", sa.String(length=400), server_default=sa.text("('')"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("chased_by", sa.String(length=120), server_default=sa.text("('')"), nullable=False)
        )
        batch_op.add_column(sa.Column("chased_at", engine.db.UtcDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column("county_mark", sa.String(length=8), server_default=sa.text("('')"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("checked_by", sa.String(length=120), server_default=sa.text("('')"), nullable=False)
        )
        batch_op.add_column(sa.Column("checked_at", engine.db.UtcDateTime(), nullable=True))
        batch_op.create_index(batch_op.f("ix_quarter_report_instance_id"), ["instance_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_quarter_report_instance_id"), "instance", ["instance_id"], ["id"])

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_joint", sa.Boolean(), server_default=sa.text("(false)"), nullable=False))
        batch_op.add_column(
            sa.Column(
                "flags",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                server_default=sa.text("'[]'"),
                nullable=False,
            )
        )
        batch_op.create_index(batch_op.f("ix_visit_visited_on"), ["visited_on"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_visited_on"))
        batch_op.drop_column("flags")
        batch_op.drop_column("is_joint")

    with op.batch_alter_table("quarter_report", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_quarter_report_instance_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_quarter_report_instance_id"))
        batch_op.drop_column("checked_at")
        batch_op.drop_column("checked_by")
        batch_op.drop_column("county_mark")
        batch_op.drop_column("chased_at")
        batch_op.drop_column("chased_by")
        batch_op.drop_column("chase_note")
        batch_op.drop_column("chase_reason")
        batch_op.drop_column("return_reason")
        batch_op.drop_column("returns")
        batch_op.drop_column("helped")
        batch_op.drop_column("filled_by")
        batch_op.drop_column("due_on")
        batch_op.drop_column("asked_at")
        batch_op.drop_column("instance_id")
        batch_op.drop_column("unusual")
        batch_op.drop_column("anomalies")
        batch_op.drop_column("explained")
        batch_op.drop_column("explanation")

    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_column("exhausted")

    with op.batch_alter_table("measure", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_measure_instance_id"), type_="foreignkey")
        batch_op.drop_column("end_reason")
        batch_op.drop_column("delays")
        batch_op.drop_column("instance_id")

    with op.batch_alter_table("lookback", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_lookback_trigger"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_lookback_item_id"))
        batch_op.drop_index(batch_op.f("ix_lookback_closure_id"))
        batch_op.create_unique_constraint(batch_op.f("uq_lookback_closure_id"), ["closure_id"])
        batch_op.drop_column("evidence")
        batch_op.drop_column("cause")
        batch_op.drop_column("trigger")
        batch_op.drop_column("kind")

    with op.batch_alter_table("light_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_light_log_case_id_day"))
        batch_op.drop_column("rule_en")
        batch_op.drop_column("number")

    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_handover_instance_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_handover_predecessor_id"))
        batch_op.drop_index(batch_op.f("ix_handover_instance_id"))
        batch_op.alter_column(
            "state", existing_type=sa.String(length=10), type_=sa.VARCHAR(length=8), existing_nullable=False
        )
        batch_op.drop_column("kind")
        batch_op.drop_column("instance_id")

    with op.batch_alter_table("closure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_closure_state_published_until"))
        batch_op.drop_index(batch_op.f("ix_closure_case_id_state"))
        batch_op.create_index(batch_op.f("ix_closure_state"), ["state"], unique=False)
        batch_op.drop_column("published_until")
        batch_op.drop_column("published_from")
        batch_op.drop_column("onsite")

    with op.batch_alter_table("case_item", schema=None) as batch_op:
        batch_op.drop_column("relapse_gap")
        batch_op.drop_column("relapsed_on")

    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.drop_column("amend_reasons")

    with op.batch_alter_table("supervision_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supervision_order_state_due_at"))
        batch_op.drop_index(batch_op.f("ix_supervision_order_scope_state"))
        batch_op.drop_index(batch_op.f("ix_supervision_order_issue_id"))
        batch_op.drop_index(batch_op.f("ix_supervision_order_instance_id"))
        batch_op.drop_index(batch_op.f("ix_supervision_order_enterprise_id"))
        batch_op.drop_index(batch_op.f("ix_supervision_order_case_id_state"))

    op.drop_table("supervision_order")
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_objection_closure_id"))
        batch_op.drop_index(batch_op.f("ix_objection_case_id_state"))

    op.drop_table("objection")
    with op.batch_alter_table("visit_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_plan_visit_id"))
        batch_op.drop_index(batch_op.f("ix_visit_plan_state_due_on"))
        batch_op.drop_index(batch_op.f("ix_visit_plan_officer_id_month"))
        batch_op.drop_index(batch_op.f("ix_visit_plan_month_scope"))
        batch_op.drop_index(batch_op.f("ix_visit_plan_enterprise_id_month"))
        batch_op.drop_index(batch_op.f("ix_visit_plan_case_id_state"))

    op.drop_table("visit_plan")
    with op.batch_alter_table("spot_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_spot_check_state_scope"))
        batch_op.drop_index(batch_op.f("ix_spot_check_month_scope"))
        batch_op.drop_index(batch_op.f("ix_spot_check_case_id"))

    op.drop_table("spot_check")
    with op.batch_alter_table("removal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_removal_state_scope"))
        batch_op.drop_index(batch_op.f("ix_removal_item_id"))

    op.drop_table("removal")
    with op.batch_alter_table("issue", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_issue_state_due_on"))
        batch_op.drop_index(batch_op.f("ix_issue_scope_state"))
        batch_op.drop_index(batch_op.f("ix_issue_merged_into_id"))
        batch_op.drop_index(batch_op.f("ix_issue_instance_id"))
        batch_op.drop_index(batch_op.f("ix_issue_enterprise_id_state"))
        batch_op.drop_index(batch_op.f("ix_issue_category_state"))
        batch_op.drop_index(batch_op.f("ix_issue_case_id"))

    op.drop_table("issue")
    with op.batch_alter_table("status_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_status_report_scope_state"))
        batch_op.drop_index(batch_op.f("ix_status_report_case_id_state"))

    op.drop_table("status_report")
    with op.batch_alter_table("current_light", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_current_light_case_id"))

    op.drop_table("current_light")
    with op.batch_alter_table("territory_light", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_territory_light_period_light"))

    op.drop_table("territory_light")
    with op.batch_alter_table("access_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_token_person_id"))

    op.drop_table("access_token")
