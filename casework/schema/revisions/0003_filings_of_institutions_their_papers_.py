"""Filings of institutions, their papers and files."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import engine.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment_content",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("preview", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_attachment_content")),
    )
    op.create_table(
        "phrase",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("created_at", engine.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_phrase_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrase")),
    )
    with op.batch_alter_table("phrase", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phrase_person_id"), ["person_id"], unique=False)

    op.create_table(
        "institution_review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("six_haves", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("opinions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("sampled", sa.Boolean(), nullable=False),
        sa.Column("result", sa.String(length=9), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("opened_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("submitted_by", sa.String(length=120), nullable=False),
        sa.Column("submitted_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_institution_review_instance_id")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["rd_institution.id"], name=op.f("fk_institution_review_institution_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_review")),
        sa.UniqueConstraint("institution_id", "year", name=op.f("uq_institution_review_institution_id_year")),
    )
    with op.batch_alter_table("institution_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_institution_review_instance_id"), ["instance_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_institution_review_scope_state"), ["scope", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_institution_review_year_state"), ["year", "state"], unique=False)

    op.create_table(
        "recognition",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("level", sa.String(length=6), nullable=False),
        sa.Column("batch", sa.String(length=40), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("priority", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("result", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["institution_id"], ["rd_institution.id"], name=op.f("fk_recognition_institution_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognition")),
        sa.UniqueConstraint("institution_id", "level", "batch", name=op.f("uq_recognition_institution_id_level_batch")),
    )
    with op.batch_alter_table("recognition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recognition_batch"), ["batch"], unique=False)

    op.create_table(
        "recognition_call",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=6), nullable=False),
        sa.Column("line", sa.String(length=8), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("members", sa.String(length=400), nullable=False),
        sa.Column("called_by", sa.String(length=120), nullable=False),
        sa.Column("called_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_recognition_call_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognition_call")),
        sa.UniqueConstraint("number", name=op.f("uq_recognition_call_number")),
    )
    with op.batch_alter_table("recognition_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recognition_call_instance_id"), ["instance_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recognition_call_scope_state"), ["scope", "state"], unique=False)

    op.create_table(
        "whitelist_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("level", sa.String(length=6), nullable=False),
        sa.Column("batch", sa.String(length=40), nullable=False),
        sa.Column("result", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", engine.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["rd_institution.id"], name=op.f("fk_whitelist_entry_institution_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_whitelist_entry")),
        sa.UniqueConstraint("institution_id", "batch", name=op.f("uq_whitelist_entry_institution_id_batch")),
    )
    with op.batch_alter_table("whitelist_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_whitelist_entry_result"), ["result"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("user_task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("is_inside", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("on_behalf_of", sa.String(length=120), nullable=False),
        sa.Column("at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("place", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("scanner", sa.String(length=60), nullable=False),
        sa.Column("used_at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["sha256"], ["attachment_content.sha256"], name=op.f("fk_attachment_sha256")),
        sa.ForeignKeyConstraint(["user_task_id"], ["user_task.id"], name=op.f("fk_attachment_user_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("key", name=op.f("uq_attachment_key")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_subject"), ["subject"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_used_at_at"), ["used_at", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_user_task_id_by"), ["user_task_id", "by"], unique=False)

    op.create_table(
        "filing",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref_no", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("measure_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("predecessor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("level", sa.String(length=6), nullable=False),
        sa.Column("line", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=13), nullable=False),
        sa.Column("fast_track", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("declared", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("six_haves", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("verdict", sa.String(length=15), nullable=False),
        sa.Column("promise_item", sa.String(length=12), nullable=False),
        sa.Column("promise_due", sa.Date(), nullable=True),
        sa.Column("promise_state", sa.String(length=6), nullable=False),
        sa.Column("onsite_required", sa.Boolean(), nullable=True),
        sa.Column("onsite_reason", sa.String(length=200), nullable=False),
        sa.Column("applied_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("applied_by", sa.String(length=120), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("corrections", sa.Integer(), nullable=False),
        sa.Column("rectifications", sa.Integer(), nullable=False),
        sa.Column("publicity_from", sa.Date(), nullable=True),
        sa.Column("publicity_until", sa.Date(), nullable=True),
        sa.Column("refuse_code", sa.String(length=20), nullable=False),
        sa.Column("refuse_reason", sa.Text(), nullable=False),
        sa.Column("reapply_from", sa.Date(), nullable=True),
        sa.Column("flags", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("copies", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("voucher_code", sa.String(length=40), nullable=True),
        sa.Column("first_pass", sa.Boolean(), nullable=True),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("updated_at", engine.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_filing_case_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_filing_enterprise_id")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_filing_instance_id")),
        sa.ForeignKeyConstraint(["institution_id"], ["rd_institution.id"], name=op.f("fk_filing_institution_id")),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_filing_measure_id")),
        sa.ForeignKeyConstraint(["predecessor_id"], ["filing.id"], name=op.f("fk_filing_predecessor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
        sa.UniqueConstraint("number", name=op.f("uq_filing_number")),
        sa.UniqueConstraint("ref_no", name=op.f("uq_filing_ref_no")),
        sa.UniqueConstraint("voucher_code", name=op.f("uq_filing_voucher_code")),
    )
    with op.batch_alter_table("filing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_filing_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_instance_id"), ["instance_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_measure_id"), ["measure_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_filing_promise_state_promise_due"), ["promise_state", "promise_due"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_filing_scope_state"), ["scope", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_state_decided_on"), ["state", "decided_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_state_publicity_until"), ["state", "publicity_until"], unique=False)

    op.create_table(
        "filing_objection",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("filing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("contact", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("investigator", sa.String(length=120), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("decided_at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_filing_objection_filing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_objection")),
    )
    with op.batch_alter_table("filing_objection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_filing_objection_filing_id"), ["filing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_objection_state"), ["state"], unique=False)

    op.create_table(
        "filing_opinion",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("filing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("level", sa.String(length=6), nullable=False),
        sa.Column("post", sa.String(length=4), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reasons", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("score", engine.db.Money(), nullable=True),
        sa.Column("at", engine.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_filing_opinion_filing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_opinion")),
    )
    with op.batch_alter_table("filing_opinion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_filing_opinion_by"), ["by"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_opinion_filing_id"), ["filing_id"], unique=False)

    op.create_table(
        "filing_staff",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("filing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("education", sa.String(length=20), nullable=False),
        sa.Column("full_time", sa.Boolean(), nullable=False),
        sa.Column("is_director", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_filing_staff_filing_id")),
        sa.ForeignKeyConstraint(["institution_id"], ["rd_institution.id"], name=op.f("fk_filing_staff_institution_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_staff")),
    )
    with op.batch_alter_table("filing_staff", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_filing_staff_filing_id"), ["filing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_staff_key"), ["key"], unique=False)

    op.create_table(
        "institution_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("filing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("before", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("after", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opinions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("asked_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_institution_change_filing_id")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_institution_change_instance_id")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["rd_institution.id"], name=op.f("fk_institution_change_institution_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_change")),
    )
    with op.batch_alter_table("institution_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_institution_change_instance_id"), ["instance_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_institution_change_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_institution_change_scope_state"), ["scope", "state"], unique=False)

    op.create_table(
        "onsite_check",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("filing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("team", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("conflict_free", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("conclusion", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_by_enterprise", sa.String(length=60), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_onsite_check_filing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onsite_check")),
        sa.UniqueConstraint("filing_id", "round", name=op.f("uq_onsite_check_filing_id_round")),
    )
    op.create_table(
        "revocation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("filing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("trigger", sa.String(length=20), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("noticed_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("noticed_by", sa.String(length=120), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("stated_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("hearing", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("decision_text", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("published_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("opened_by", sa.String(length=120), nullable=False),
        sa.Column("opened_at", engine.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_revocation_filing_id")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_revocation_instance_id")),
        sa.ForeignKeyConstraint(["institution_id"], ["rd_institution.id"], name=op.f("fk_revocation_institution_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocation")),
    )
    with op.batch_alter_table("revocation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revocation_filing_id"), ["filing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_revocation_instance_id"), ["instance_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_revocation_institution_id"), ["institution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_revocation_scope_state"), ["scope", "state"], unique=False)

    with op.batch_alter_table("enterprise_year", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fixed_assets", engine.db.Money(), nullable=True))

    with op.batch_alter_table("rd_institution", schema=None) as batch_op:
        batch_op.add_column(sa.Column("scope", sa.String(length=200), server_default=sa.text("('')"), nullable=False))
        batch_op.add_column(sa.Column("line", sa.String(length=8), server_default=sa.text("('')"), nullable=False))
        batch_op.add_column(sa.Column("type", sa.String(length=6), server_default=sa.text("('')"), nullable=False))
        batch_op.add_column(sa.Column("founded_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("director", sa.String(length=60), server_default=sa.text("('')"), nullable=False))
        batch_op.add_column(
            sa.Column("director_title", sa.String(length=60), server_default=sa.text("('')"), nullable=False)
        )
        batch_op.add_column(sa.Column("site_area", engine.db.Money(), nullable=True))
        batch_op.add_column(
            sa.Column("site_path", sa.String(length=60), server_default=sa.text("('')"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("site_address", sa.String(length=300), server_default=sa.text("('')"), nullable=False)
        )
        batch_op.add_column(sa.Column("staff_fulltime", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("staff_senior", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("staff_master_phd", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("equip_value", engine.db.Money(), nullable=True))
        batch_op.add_column(sa.Column("equip_count", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("rd_input", engine.db.Money(), nullable=True))
        batch_op.add_column(sa.Column("projects_count", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("ip_count", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("invention_count", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "rules",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                server_default=sa.text("'[]'"),
                nullable=False,
            )
        )
        batch_op.add_column(
            sa.Column(
                "partners",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                server_default=sa.text("'[]'"),
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("filing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(
            sa.Column("updated_by", sa.String(length=120), server_default=sa.text("('')"), nullable=False)
        )
        batch_op.add_column(sa.Column("updated_at", engine.db.UtcDateTime(), nullable=True))
        batch_op.create_index(batch_op.f("ix_rd_institution_filing_id"), ["filing_id"], unique=False)
        batch_op.create_index(
            "ix_rd_institution_one_per_name_and_site",
            ["enterprise_id", "name", "site_address"],
            unique=True,
            sqlite_where=sa.text("state = 'filed' AND filing_id IS NOT NULL"),
            postgresql_where=sa.text("state = 'filed' AND filing_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_rd_institution_scope_state"), ["scope", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_rd_institution_state_valid_until"), ["state", "valid_until"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_rd_institution_filing_id"), "filing", ["filing_id"], ["id"], use_alter=True
        )
    op.execute(
        "UPDATE rd_institution SET scope = (SELECT path FROM enterprise WHERE enterprise.id = rd_institution.enterprise_id)"
    )


def downgrade() -> None:
    with op.batch_alter_table("rd_institution", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_rd_institution_filing_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_rd_institution_state_valid_until"))
        batch_op.drop_index(batch_op.f("ix_rd_institution_scope_state"))
        batch_op.drop_index(
            "ix_rd_institution_one_per_name_and_site",
            sqlite_where=sa.text("state = 'filed' AND filing_id IS NOT NULL"),
            postgresql_where=sa.text("state = 'filed' AND filing_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_rd_institution_filing_id"))
        batch_op.drop_column("updated_at")
        batch_op.drop_column("updated_by")
        batch_op.drop_column("filing_id")
        batch_op.drop_column("partners")
        batch_op.drop_column("rules")
        batch_op.drop_column("invention_count")
        batch_op.drop_column("ip_count")
        batch_op.drop_column("projects_count")
        batch_op.drop_column("rd_input")
        batch_op.drop_column("equip_count")
        batch_op.drop_column("equip_value")
        batch_op.drop_column("staff_master_phd")
        batch_op.drop_column("staff_senior")
        batch_op.drop_column("staff_fulltime")
        batch_op.drop_column("site_address")
        batch_op.drop_column("site_path")
        batch_op.drop_column("site_area")
        batch_op.drop_column("director_title")
        batch_op.drop_column("director")
        batch_op.drop_column("founded_on")
        batch_op.drop_column("type")
        batch_op.drop_column("line")
        batch_op.drop_column("scope")

    with op.batch_alter_table("enterprise_year", schema=None) as batch_op:
        batch_op.drop_column("fixed_assets")

    with op.batch_alter_table("revocation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_revocation_scope_state"))
        batch_op.drop_index(batch_op.f("ix_revocation_institution_id"))
        batch_op.drop_index(batch_op.f("ix_revocation_instance_id"))
        batch_op.drop_index(batch_op.f("ix_revocation_filing_id"))

    op.drop_table("revocation")
    op.drop_table("onsite_check")
    with op.batch_alter_table("institution_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_institution_change_scope_state"))
        batch_op.drop_index(batch_op.f("ix_institution_change_institution_id"))
        batch_op.drop_index(batch_op.f("ix_institution_change_instance_id"))

    op.drop_table("institution_change")
    with op.batch_alter_table("filing_staff", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_filing_staff_key"))
        batch_op.drop_index(batch_op.f("ix_filing_staff_filing_id"))

    op.drop_table("filing_staff")
    with op.batch_alter_table("filing_opinion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_filing_opinion_filing_id"))
        batch_op.drop_index(batch_op.f("ix_filing_opinion_by"))

    op.drop_table("filing_opinion")
    with op.batch_alter_table("filing_objection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_filing_objection_state"))
        batch_op.drop_index(batch_op.f("ix_filing_objection_filing_id"))

    op.drop_table("filing_objection")
    with op.batch_alter_table("filing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_filing_state_publicity_until"))
        batch_op.drop_index(batch_op.f("ix_filing_state_decided_on"))
        batch_op.drop_index(batch_op.f("ix_filing_scope_state"))
        batch_op.drop_index(batch_op.f("ix_filing_promise_state_promise_due"))
        batch_op.drop_index(batch_op.f("ix_filing_measure_id"))
        batch_op.drop_index(batch_op.f("ix_filing_institution_id"))
        batch_op.drop_index(batch_op.f("ix_filing_instance_id"))
        batch_op.drop_index(batch_op.f("ix_filing_enterprise_id"))
        batch_op.drop_index(batch_op.f("ix_filing_case_id"))

    op.drop_table("filing")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_user_task_id_by"))
        batch_op.drop_index(batch_op.f("ix_attachment_used_at_at"))
        batch_op.drop_index(batch_op.f("ix_attachment_subject"))
        batch_op.drop_index(batch_op.f("ix_attachment_sha256"))

    op.drop_table("attachment")
    with op.batch_alter_table("whitelist_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_whitelist_entry_result"))

    op.drop_table("whitelist_entry")
    with op.batch_alter_table("recognition_call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recognition_call_scope_state"))
        batch_op.drop_index(batch_op.f("ix_recognition_call_instance_id"))

    op.drop_table("recognition_call")
    with op.batch_alter_table("recognition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recognition_batch"))

    op.drop_table("recognition")
    with op.batch_alter_table("institution_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_institution_review_year_state"))
        batch_op.drop_index(batch_op.f("ix_institution_review_scope_state"))
        batch_op.drop_index(batch_op.f("ix_institution_review_instance_id"))

    op.drop_table("institution_review")
    with op.batch_alter_table("phrase", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_phrase_person_id"))

    op.drop_table("phrase")
    op.drop_table("attachment_content")
