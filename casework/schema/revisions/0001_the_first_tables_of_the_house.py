"""The first tables of the house."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import engine.db

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("extent", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("day", "extent", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("entered_by", sa.String(length=120), nullable=False),
        sa.Column("entered_at", engine.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "chain",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chain")),
    )
    op.create_table(
        "deployment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("deployed_by", sa.String(length=120), nullable=False),
        sa.Column("deployed_at", engine.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
    )
    op.create_table(
        "facts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=60), nullable=False),
        sa.Column("values", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facts")),
    )
    op.create_index(op.f("ix_facts_subject_purpose_id"), "facts", ["subject", "purpose", "id"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("response", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", engine.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "import",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("mapping", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("options", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("repaired", sa.Integer(), nullable=False),
        sa.Column("warned", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("applied_at", engine.db.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import")),
    )
    op.create_index(op.f("ix_import_digest"), "import", ["digest"], unique=False)
    op.create_table(
        "login_failure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("at", engine.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_failure")),
    )
    op.create_index(
        op.f("ix_login_failure_username_address_at"), "login_failure", ["username", "address", "at"], unique=False
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("unit", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=120), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", engine.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("username", name=op.f("uq_person_username")),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("updated_by", sa.String(length=120), nullable=False),
        sa.Column("updated_at", engine.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "territory",
        sa.Column("path", sa.String(length=60), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("parent_path", sa.String(length=60), nullable=True),
        sa.Column("host", sa.String(length=60), nullable=True),
        sa.Column("former_names", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["parent_path"], ["territory.path"], name=op.f("fk_territory_parent_path")),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_territory")),
        sa.UniqueConstraint("code", name=op.f("uq_territory_code")),
    )
    op.create_index(op.f("ix_territory_parent_path"), "territory", ["parent_path"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("password_set_at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("person_id", name=op.f("uq_account_person_id")),
    )
    op.create_table(
        "definition",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("version_tag", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("resource", sa.String(length=255), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployment.id"], name=op.f("fk_definition_deployment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_definition")),
        sa.UniqueConstraint("kind", "key", "version", name=op.f("uq_definition_kind_key_version")),
    )
    op.create_index(op.f("ix_definition_deployment_id"), "definition", ["deployment_id"], unique=False)
    op.create_table(
        "enterprise",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_history", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("path", sa.String(length=60), nullable=False),
        sa.Column("stat_path", sa.String(length=60), nullable=True),
        sa.Column("reg_address", sa.String(length=300), nullable=False),
        sa.Column("biz_address", sa.String(length=300), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("industry_code", sa.String(length=5), nullable=False),
        sa.Column("industry_name", sa.String(length=120), nullable=False),
        sa.Column("industry_chain", sa.String(length=60), nullable=False),
        sa.Column("size_class", sa.String(length=4), nullable=False),
        sa.Column("is_scale", sa.Boolean(), nullable=False),
        sa.Column("scale_since", sa.String(length=7), nullable=False),
        sa.Column("scale_left", sa.String(length=7), nullable=False),
        sa.Column("reg_date", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("ownership", sa.String(length=20), nullable=False),
        sa.Column("is_soe", sa.Boolean(), nullable=False),
        sa.Column("supervisor_level", sa.String(length=8), nullable=False),
        sa.Column("group_name", sa.String(length=200), nullable=False),
        sa.Column("legal_rep", sa.String(length=60), nullable=False),
        sa.Column("contact", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("staff_total", sa.Integer(), nullable=True),
        sa.Column("staff_tech", sa.Integer(), nullable=True),
        sa.Column("staff_rd", sa.Integer(), nullable=True),
        sa.Column("hitech_no", sa.String(length=20), nullable=False),
        sa.Column("hitech_from", sa.Date(), nullable=True),
        sa.Column("hitech_to", sa.Date(), nullable=True),
        sa.Column("hitech_field", sa.String(length=60), nullable=False),
        sa.Column("sme_tech_no", sa.String(length=40), nullable=False),
        sa.Column("sme_tech_year", sa.Integer(), nullable=True),
        sa.Column("gazelle_year", sa.Integer(), nullable=True),
        sa.Column("leader_type", sa.String(length=8), nullable=False),
        sa.Column("zjtx", sa.String(length=12), nullable=False),
        sa.Column("patents_invention_valid", sa.Integer(), nullable=False),
        sa.Column("patents_utility", sa.Integer(), nullable=False),
        sa.Column("designs", sa.Integer(), nullable=False),
        sa.Column("software", sa.Integer(), nullable=False),
        sa.Column("platforms", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("univ_cooperation", sa.Boolean(), nullable=False),
        sa.Column("willingness", sa.Integer(), nullable=True),
        sa.Column("hitech_precheck", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("region_direct", sa.Boolean(), nullable=False),
        sa.Column("flags", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("data_date", sa.Date(), nullable=True),
        sa.Column("confirm_status", sa.String(length=4), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.String(length=120), nullable=False),
        sa.Column("updated_at", engine.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["path"], ["territory.path"], name=op.f("fk_enterprise_path")),
        sa.ForeignKeyConstraint(["stat_path"], ["territory.path"], name=op.f("fk_enterprise_stat_path")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise")),
        sa.UniqueConstraint("uscc", name=op.f("uq_enterprise_uscc")),
    )
    op.create_index(op.f("ix_enterprise_name"), "enterprise", ["name"], unique=False)
    op.create_index(op.f("ix_enterprise_path"), "enterprise", ["path"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("opened_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("seen_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("ended_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_login_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
    )
    op.create_index(
        op.f("ix_login_session_person_id_ended_at"), "login_session", ["person_id", "ended_at"], unique=False
    )
    op.create_table(
        "officer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("path", sa.String(length=60), nullable=False),
        sa.Column("lines", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=4), nullable=False),
        sa.Column("acting_officer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("away_since", sa.Date(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("trained", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["acting_officer_id"], ["officer.id"], name=op.f("fk_officer_acting_officer_id")),
        sa.ForeignKeyConstraint(["path"], ["territory.path"], name=op.f("fk_officer_path")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_officer_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer")),
        sa.UniqueConstraint("person_id", name=op.f("uq_officer_person_id")),
    )
    op.create_index(op.f("ix_officer_path_state"), "officer", ["path", "state"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("officer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("since", engine.db.UtcDateTime(), nullable=False),
        sa.Column("until", engine.db.UtcDateTime(), nullable=True),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_assignment_enterprise_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_assignment_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_case_id_until"), "assignment", ["case_id", "until"], unique=False)
    op.create_index(op.f("ix_assignment_enterprise_id"), "assignment", ["enterprise_id"], unique=False)
    op.create_index(op.f("ix_assignment_officer_id_until"), "assignment", ["officer_id", "until"], unique=False)
    op.create_table(
        "enterprise_year",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("revenue", engine.db.Money(), nullable=True),
        sa.Column("main_revenue", engine.db.Money(), nullable=True),
        sa.Column("industrial_output", engine.db.Money(), nullable=True),
        sa.Column("profit", engine.db.Money(), nullable=True),
        sa.Column("tax_paid", engine.db.Money(), nullable=True),
        sa.Column("total_assets", engine.db.Money(), nullable=True),
        sa.Column("net_assets", engine.db.Money(), nullable=True),
        sa.Column("rd_expense_acct", engine.db.Money(), nullable=True),
        sa.Column("rd_expense_hitech", engine.db.Money(), nullable=True),
        sa.Column("rd_expense_tax", engine.db.Money(), nullable=True),
        sa.Column("rd_expenditure_stat", engine.db.Money(), nullable=True),
        sa.Column("rd_basic", engine.db.Money(), nullable=True),
        sa.Column("rd_applied", engine.db.Money(), nullable=True),
        sa.Column("rd_experimental", engine.db.Money(), nullable=True),
        sa.Column("rd_capital", engine.db.Money(), nullable=True),
        sa.Column("rd_external", engine.db.Money(), nullable=True),
        sa.Column("rd_plan_year", engine.db.Money(), nullable=True),
        sa.Column("rd_staff_fte", engine.db.Money(), nullable=True),
        sa.Column("hitech_product_revenue", engine.db.Money(), nullable=True),
        sa.Column("new_product_revenue", engine.db.Money(), nullable=True),
        sa.Column("projects_count", sa.Integer(), nullable=True),
        sa.Column("inst_count_stat", sa.Integer(), nullable=True),
        sa.Column("has_activity_g1", sa.Boolean(), nullable=True),
        sa.Column("has_activity_g2", sa.Boolean(), nullable=True),
        sa.Column("has_activity_g3", sa.Boolean(), nullable=True),
        sa.Column("has_inst_g1", sa.Boolean(), nullable=True),
        sa.Column("has_inst_g2", sa.Boolean(), nullable=True),
        sa.Column("has_inst_g3", sa.Boolean(), nullable=True),
        sa.Column("g2_date", sa.Date(), nullable=True),
        sa.Column("as_reported", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("data_date", sa.Date(), nullable=True),
        sa.Column("confirm_status", sa.String(length=4), nullable=False),
        sa.Column("updated_by", sa.String(length=120), nullable=False),
        sa.Column("updated_at", engine.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_enterprise_year_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise_year")),
        sa.UniqueConstraint("enterprise_id", "year", name=op.f("uq_enterprise_year_enterprise_id_year")),
    )
    op.create_table(
        "handover",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("predecessor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("successor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("matters", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("predecessor_signed_by", sa.String(length=120), nullable=False),
        sa.Column("successor_signed_by", sa.String(length=120), nullable=False),
        sa.Column("opened_by", sa.String(length=120), nullable=False),
        sa.Column("opened_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("done_at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["predecessor_id"], ["officer.id"], name=op.f("fk_handover_predecessor_id")),
        sa.ForeignKeyConstraint(["successor_id"], ["officer.id"], name=op.f("fk_handover_successor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index(op.f("ix_handover_state"), "handover", ["state"], unique=False)
    op.create_table(
        "instance",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("definition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("process_key", sa.String(length=200), nullable=False),
        sa.Column("correlation_key", sa.String(length=200), nullable=False),
        sa.Column("business_key", sa.String(length=120), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("parent_element_instance_id", sa.String(length=60), nullable=True),
        sa.Column("root_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("started_by", sa.String(length=120), nullable=False),
        sa.Column("started_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("ended_at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["definition_id"], ["definition.id"], name=op.f("fk_instance_definition_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["instance.id"], name=op.f("fk_instance_parent_id")),
        sa.ForeignKeyConstraint(["root_id"], ["instance.id"], name=op.f("fk_instance_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
    )
    op.create_index(op.f("ix_instance_business_key"), "instance", ["business_key"], unique=False)
    op.create_index(op.f("ix_instance_definition_id_status"), "instance", ["definition_id", "status"], unique=False)
    op.create_index(op.f("ix_instance_parent_id"), "instance", ["parent_id"], unique=False)
    op.create_index(op.f("ix_instance_root_id"), "instance", ["root_id"], unique=False)
    op.create_index(op.f("ix_instance_subject"), "instance", ["subject"], unique=False)
    op.create_index(
        "uq_instance_active_correlation",
        "instance",
        ["process_key", "correlation_key"],
        unique=True,
        sqlite_where=sa.text("status = 'active' AND correlation_key <> ''"),
        postgresql_where=sa.text("status = 'active' AND correlation_key <> ''"),
    )
    op.create_table(
        "list_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("base_date", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=4), nullable=False),
        sa.Column("previous_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decision_definition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("drafted_by", sa.String(length=120), nullable=False),
        sa.Column("drafted_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("frozen_at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_definition_id"], ["definition.id"], name=op.f("fk_list_version_decision_definition_id")
        ),
        sa.ForeignKeyConstraint(["previous_id"], ["list_version.id"], name=op.f("fk_list_version_previous_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_version")),
        sa.UniqueConstraint("number", name=op.f("uq_list_version_number")),
    )
    op.create_table(
        "post",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post", sa.String(length=4), nullable=False),
        sa.Column("path", sa.String(length=60), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_post_enterprise_id")),
        sa.ForeignKeyConstraint(["path"], ["territory.path"], name=op.f("fk_post_path")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_post_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    op.create_index(op.f("ix_post_enterprise_id"), "post", ["enterprise_id"], unique=False)
    op.create_index(op.f("ix_post_person_id"), "post", ["person_id"], unique=False)
    op.create_index(op.f("ix_post_post_path"), "post", ["post", "path"], unique=False)
    op.create_table(
        "quarter_report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("period", sa.String(length=6), nullable=False),
        sa.Column("revenue_ytd", engine.db.Money(), nullable=True),
        sa.Column("rd_expense_ytd", engine.db.Money(), nullable=True),
        sa.Column("rd_basic", engine.db.Money(), nullable=True),
        sa.Column("rd_applied", engine.db.Money(), nullable=True),
        sa.Column("rd_experimental", engine.db.Money(), nullable=True),
        sa.Column("rd_labor", engine.db.Money(), nullable=True),
        sa.Column("rd_material", engine.db.Money(), nullable=True),
        sa.Column("rd_depreciation", engine.db.Money(), nullable=True),
        sa.Column("rd_outsourced", engine.db.Money(), nullable=True),
        sa.Column("rd_other", engine.db.Money(), nullable=True),
        sa.Column("rd_equipment_purchase", engine.db.Money(), nullable=True),
        sa.Column("caliber", sa.String(length=8), nullable=False),
        sa.Column("aux_ledger", sa.Boolean(), nullable=False),
        sa.Column("aux_ledger_checked_by", sa.String(length=120), nullable=False),
        sa.Column("aux_ledger_checked_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("rd_staff", sa.Integer(), nullable=True),
        sa.Column("projects_new", sa.Integer(), nullable=True),
        sa.Column("projects_ongoing", sa.Integer(), nullable=True),
        sa.Column("projects_finished", sa.Integer(), nullable=True),
        sa.Column("projects", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("inst_state", sa.String(length=12), nullable=False),
        sa.Column("patents_applied", sa.Integer(), nullable=True),
        sa.Column("patents_granted", sa.Integer(), nullable=True),
        sa.Column("next_quarter_plan", engine.db.Money(), nullable=True),
        sa.Column("zero_reason", sa.String(length=200), nullable=False),
        sa.Column("remark", sa.String(length=300), nullable=False),
        sa.Column("certifier", sa.String(length=60), nullable=False),
        sa.Column("submitted_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=4), nullable=False),
        sa.Column("findings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("as_reported", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("updated_by", sa.String(length=120), nullable=False),
        sa.Column("updated_at", engine.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_quarter_report_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarter_report")),
        sa.UniqueConstraint("enterprise_id", "period", name=op.f("uq_quarter_report_enterprise_id_period")),
    )
    op.create_index(op.f("ix_quarter_report_period_state"), "quarter_report", ["period", "state"], unique=False)
    op.create_table(
        "rd_institution",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("filing_no", sa.String(length=60), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("authority", sa.String(length=120), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", engine.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_rd_institution_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rd_institution")),
        sa.UniqueConstraint("filing_no", name=op.f("uq_rd_institution_filing_no")),
    )
    op.create_index(op.f("ix_rd_institution_enterprise_id"), "rd_institution", ["enterprise_id"], unique=False)
    op.create_table(
        "case",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_no", sa.String(length=40), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("predecessor_case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("stage", sa.String(length=8), nullable=False),
        sa.Column("light", sa.String(length=6), nullable=False),
        sa.Column("lead", sa.String(length=8), nullable=False),
        sa.Column("opened_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("closed_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("end_reason", sa.String(length=400), nullable=False),
        sa.Column("reopen_count", sa.Integer(), nullable=False),
        sa.Column("archive_no", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_case_enterprise_id")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_case_instance_id")),
        sa.ForeignKeyConstraint(["list_version_id"], ["list_version.id"], name=op.f("fk_case_list_version_id")),
        sa.ForeignKeyConstraint(["predecessor_case_id"], ["case.id"], name=op.f("fk_case_predecessor_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sa.UniqueConstraint("case_no", name=op.f("uq_case_case_no")),
    )
    op.create_index(op.f("ix_case_instance_id"), "case", ["instance_id"], unique=False)
    op.create_index(
        "ix_case_one_open_per_enterprise",
        "case",
        ["enterprise_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('open', 'observing', 'suspended')"),
        postgresql_where=sa.text("state IN ('open', 'observing', 'suspended')"),
    )
    op.create_index(op.f("ix_case_scope_state"), "case", ["scope", "state"], unique=False)
    op.create_table(
        "history_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("chain", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("root_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("on_behalf_of", sa.String(length=120), nullable=False),
        sa.Column("fact", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=True),
        sa.Column("element_id", sa.String(length=200), nullable=False),
        sa.Column("element_instance_id", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_history_entry_instance_id")),
        sa.ForeignKeyConstraint(["root_id"], ["instance.id"], name=op.f("fk_history_entry_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_entry")),
        sa.UniqueConstraint("chain", "sequence", name=op.f("uq_history_entry_chain_sequence")),
        sa.UniqueConstraint("fact", "reference", name=op.f("uq_history_entry_fact_reference")),
    )
    op.create_index(op.f("ix_history_entry_root_id_id"), "history_entry", ["root_id", "id"], unique=False)
    op.create_index(op.f("ix_history_entry_subject_id"), "history_entry", ["subject", "id"], unique=False)
    op.create_table(
        "list_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", sa.String(length=60), nullable=False),
        sa.Column("list_type", sa.String(length=20), nullable=False),
        sa.Column("subtype", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("lead", sa.String(length=8), nullable=False),
        sa.Column("opens_item", sa.Boolean(), nullable=False),
        sa.Column("change", sa.String(length=4), nullable=False),
        sa.Column("base", sa.String(length=4), nullable=False),
        sa.Column("state", sa.String(length=4), nullable=False),
        sa.Column("facts_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("county_answer", sa.String(length=4), nullable=False),
        sa.Column("county_remark", sa.String(length=300), nullable=False),
        sa.Column("city_answer", sa.String(length=4), nullable=False),
        sa.Column("city_remark", sa.String(length=300), nullable=False),
        sa.Column("lead_remark", sa.String(length=300), nullable=False),
        sa.Column("disputed_by", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("removal_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_list_entry_enterprise_id")),
        sa.ForeignKeyConstraint(["facts_id"], ["facts.id"], name=op.f("fk_list_entry_facts_id")),
        sa.ForeignKeyConstraint(["version_id"], ["list_version.id"], name=op.f("fk_list_entry_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_entry")),
        sa.UniqueConstraint(
            "version_id", "enterprise_id", "list_type", name=op.f("uq_list_entry_version_id_enterprise_id_list_type")
        ),
    )
    op.create_index(op.f("ix_list_entry_enterprise_id"), "list_entry", ["enterprise_id"], unique=False)
    op.create_index(op.f("ix_list_entry_version_id_path"), "list_entry", ["version_id", "path"], unique=False)
    op.create_table(
        "list_review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", sa.String(length=60), nullable=False),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("county", sa.String(length=4), nullable=False),
        sa.Column("county_by", sa.String(length=120), nullable=False),
        sa.Column("county_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("city", sa.String(length=4), nullable=False),
        sa.Column("city_by", sa.String(length=120), nullable=False),
        sa.Column("city_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("ended_at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_list_review_instance_id")),
        sa.ForeignKeyConstraint(["version_id"], ["list_version.id"], name=op.f("fk_list_review_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_review")),
        sa.UniqueConstraint("version_id", "path", name=op.f("uq_list_review_version_id_path")),
    )
    op.create_table(
        "list_signature",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post", sa.String(length=4), nullable=False),
        sa.Column("agree", sa.Boolean(), nullable=False),
        sa.Column("disputed", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", engine.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["list_version.id"], name=op.f("fk_list_signature_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_signature")),
        sa.UniqueConstraint("version_id", "post", name=op.f("uq_list_signature_version_id_post")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("correlation_key", sa.String(length=200), nullable=False),
        sa.Column("variables", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("sender_instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("said_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", engine.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["sender_instance_id"], ["instance.id"], name=op.f("fk_message_sender_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("key", name=op.f("uq_message_key")),
    )
    op.create_index(op.f("ix_message_status_expires_at"), "message", ["status", "expires_at"], unique=False)
    op.create_index(
        op.f("ix_message_status_name_correlation_key"), "message", ["status", "name", "correlation_key"], unique=False
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("correlation_key", sa.String(length=200), nullable=False),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("definition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("element_id", sa.String(length=200), nullable=False),
        sa.Column("element_instance_id", sa.String(length=60), nullable=False),
        sa.Column("created_at", engine.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["definition_id"], ["definition.id"], name=op.f("fk_subscription_definition_id")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_subscription_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint(
            "instance_id", "element_instance_id", name=op.f("uq_subscription_instance_id_element_instance_id")
        ),
    )
    op.create_index(op.f("ix_subscription_definition_id"), "subscription", ["definition_id"], unique=False)
    op.create_index(
        op.f("ix_subscription_kind_name_correlation_key"),
        "subscription",
        ["kind", "name", "correlation_key"],
        unique=False,
    )
    op.create_table(
        "user_task",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("root_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("process_key", sa.String(length=200), nullable=False),
        sa.Column("element_id", sa.String(length=200), nullable=False),
        sa.Column("element_instance_id", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("lane", sa.String(length=200), nullable=False),
        sa.Column("form_definition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("candidate_groups", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("candidate_users", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("assignee", sa.String(length=120), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("created_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("due_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("follow_up_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("paused_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("completed_by", sa.String(length=120), nullable=False),
        sa.Column("on_behalf_of", sa.String(length=120), nullable=False),
        sa.Column("ended_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("business_key", sa.String(length=120), nullable=False),
        sa.Column("properties", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("variables", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_definition_id"], ["definition.id"], name=op.f("fk_user_task_form_definition_id")
        ),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_user_task_instance_id")),
        sa.ForeignKeyConstraint(["root_id"], ["instance.id"], name=op.f("fk_user_task_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_task")),
        sa.UniqueConstraint(
            "instance_id", "element_instance_id", name=op.f("uq_user_task_instance_id_element_instance_id")
        ),
    )
    op.create_index(op.f("ix_user_task_assignee_status"), "user_task", ["assignee", "status"], unique=False)
    op.create_index(op.f("ix_user_task_instance_id_status"), "user_task", ["instance_id", "status"], unique=False)
    op.create_index(op.f("ix_user_task_root_id"), "user_task", ["root_id"], unique=False)
    op.create_index(op.f("ix_user_task_status_due_at_id"), "user_task", ["status", "due_at", "id"], unique=False)
    op.create_index(op.f("ix_user_task_status_scope_due_at"), "user_task", ["status", "scope", "due_at"], unique=False)
    op.create_index(op.f("ix_user_task_subject"), "user_task", ["subject"], unique=False)
    op.create_table(
        "case_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("list_type", sa.String(length=5), nullable=False),
        sa.Column("subtype", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("lead", sa.String(length=8), nullable=False),
        sa.Column("base", sa.String(length=4), nullable=False),
        sa.Column("baseline", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("target_date", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=26), nullable=False),
        sa.Column("light", sa.String(length=6), nullable=False),
        sa.Column("relapse_count", sa.Integer(), nullable=False),
        sa.Column("eligible_since", engine.db.UtcDateTime(), nullable=True),
        sa.Column("missing", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("closure_no", sa.String(length=40), nullable=True),
        sa.Column("accepted_by", sa.String(length=120), nullable=False),
        sa.Column("closed_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("stat_confirm", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_item_case_id")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_case_item_instance_id")),
        sa.ForeignKeyConstraint(["list_entry_id"], ["list_entry.id"], name=op.f("fk_case_item_list_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_item")),
        sa.UniqueConstraint("closure_no", name=op.f("uq_case_item_closure_no")),
    )
    op.create_index(op.f("ix_case_item_instance_id"), "case_item", ["instance_id"], unique=False)
    op.create_index(
        "ix_case_item_one_open_per_list",
        "case_item",
        ["case_id", "list_type"],
        unique=True,
        sqlite_where=sa.text("state IN ('open', 'pending_closure', 'pending_removal', 'relapsed', 'suspended')"),
        postgresql_where=sa.text("state IN ('open', 'pending_closure', 'pending_removal', 'relapsed', 'suspended')"),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("saved_at", engine.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_task_id"], ["user_task.id"], name=op.f("fk_draft_user_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("user_task_id", "by", name=op.f("uq_draft_user_task_id_by")),
    )
    op.create_table(
        "hearing",
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("process_key", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_hearing_message_id")),
        sa.PrimaryKeyConstraint("message_id", "process_key", name=op.f("pk_hearing")),
    )
    op.create_table(
        "interval",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("whose", sa.String(length=120), nullable=False),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.Column("started_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("ended_at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_task_id"], ["user_task.id"], name=op.f("fk_interval_user_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interval")),
    )
    op.create_index(op.f("ix_interval_user_task_id"), "interval", ["user_task_id"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("element_id", sa.String(length=200), nullable=False),
        sa.Column("element_instance_id", sa.String(length=60), nullable=False),
        sa.Column("user_task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("payload", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("due_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("error_params", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("ended_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_job_instance_id")),
        sa.ForeignKeyConstraint(["user_task_id"], ["user_task.id"], name=op.f("fk_job_user_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
    )
    op.create_index(op.f("ix_job_instance_id_status"), "job", ["instance_id", "status"], unique=False)
    op.create_index(op.f("ix_job_status_due_at_id"), "job", ["status", "due_at", "id"], unique=False)
    op.create_index(op.f("ix_job_user_task_id"), "job", ["user_task_id"], unique=False)
    op.create_table(
        "light_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("light", sa.String(length=6), nullable=False),
        sa.Column("previous", sa.String(length=6), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("figures", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("at", engine.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_light_log_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_light_log")),
    )
    op.create_index(op.f("ix_light_log_about_id"), "light_log", ["about", "id"], unique=False)
    op.create_index(op.f("ix_light_log_case_id_id"), "light_log", ["case_id", "id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("addressee", sa.String(length=260), nullable=False),
        sa.Column("level", sa.String(length=14), nullable=False),
        sa.Column("template", sa.String(length=400), nullable=False),
        sa.Column("params", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("user_task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("sent_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("read_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("done_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("done_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_notice_case_id")),
        sa.ForeignKeyConstraint(["user_task_id"], ["user_task.id"], name=op.f("fk_notice_user_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("key", name=op.f("uq_notice_key")),
    )
    op.create_index(op.f("ix_notice_addressee_read_at"), "notice", ["addressee", "read_at"], unique=False)
    op.create_index(op.f("ix_notice_case_id"), "notice", ["case_id"], unique=False)
    op.create_table(
        "plan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("submitted_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("approved_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("causes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("goals", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("approvals", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("extension_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_plan_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("case_id", "version", name=op.f("uq_plan_case_id_version")),
    )
    op.create_table(
        "submission",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("form_definition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("on_behalf_of", sa.String(length=120), nullable=False),
        sa.Column("at", engine.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_definition_id"], ["definition.id"], name=op.f("fk_submission_form_definition_id")
        ),
        sa.ForeignKeyConstraint(["user_task_id"], ["user_task.id"], name=op.f("fk_submission_user_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
    )
    op.create_index(op.f("ix_submission_user_task_id"), "submission", ["user_task_id"], unique=False)
    op.create_table(
        "visit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("type", sa.String(length=12), nullable=False),
        sa.Column("due_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("planned_for", engine.db.UtcDateTime(), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=True),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("confirm_state", sa.String(length=12), nullable=False),
        sa.Column("confirmed_by", sa.String(length=120), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("next_visit_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_visit_case_id")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_visit_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index(op.f("ix_visit_case_id"), "visit", ["case_id"], unique=False)
    op.create_table(
        "baseline",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conclusion", sa.String(length=10), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("confirm_state", sa.String(length=12), nullable=False),
        sa.Column("confirmed_by", sa.String(length=120), nullable=False),
        sa.Column("confirmed_at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_baseline_case_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_baseline_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_baseline_visit_id")),
    )
    op.create_index(op.f("ix_baseline_case_id"), "baseline", ["case_id"], unique=False)
    op.create_table(
        "closure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("exceptional", sa.Boolean(), nullable=False),
        sa.Column("request", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("requested_by", sa.String(length=120), nullable=False),
        sa.Column("requested_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("checklist", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("opinions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reasons", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("closure_no", sa.String(length=40), nullable=True),
        sa.Column("decided_at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_closure_case_id")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_closure_instance_id")),
        sa.ForeignKeyConstraint(["item_id"], ["case_item.id"], name=op.f("fk_closure_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
        sa.UniqueConstraint("closure_no", name=op.f("uq_closure_closure_no")),
    )
    op.create_index(op.f("ix_closure_item_id"), "closure", ["item_id"], unique=False)
    op.create_index(op.f("ix_closure_state"), "closure", ["state"], unique=False)
    op.create_table(
        "extension",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("old_end", sa.Date(), nullable=False),
        sa.Column("new_end", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decision", sa.String(length=8), nullable=False),
        sa.Column("at", engine.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_extension_case_id")),
        sa.ForeignKeyConstraint(["item_id"], ["case_item.id"], name=op.f("fk_extension_item_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_extension_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    op.create_index(op.f("ix_extension_plan_id"), "extension", ["plan_id"], unique=False)
    op.create_table(
        "measure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("support_org", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("budget", engine.db.Money(), nullable=True),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("done_at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_measure_case_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_measure_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
    )
    op.create_index(op.f("ix_measure_case_id_state"), "measure", ["case_id", "state"], unique=False)
    op.create_index(op.f("ix_measure_plan_id"), "measure", ["plan_id"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("measure_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("grade", sa.String(length=2), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("checked_by", sa.String(length=120), nullable=False),
        sa.Column("checked_at", engine.db.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_evidence_case_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_evidence_enterprise_id")),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_evidence_measure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_case_id"), "evidence", ["case_id"], unique=False)
    op.create_index(op.f("ix_evidence_enterprise_id_kind"), "evidence", ["enterprise_id", "kind"], unique=False)
    op.create_table(
        "lookback",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("closure_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sample", sa.String(length=6), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("checks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("planned_at", engine.db.UtcDateTime(), nullable=False),
        sa.Column("ended_at", engine.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_lookback_case_id")),
        sa.ForeignKeyConstraint(["closure_id"], ["closure.id"], name=op.f("fk_lookback_closure_id")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_lookback_instance_id")),
        sa.ForeignKeyConstraint(["item_id"], ["case_item.id"], name=op.f("fk_lookback_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookback")),
        sa.UniqueConstraint("closure_id", name=op.f("uq_lookback_closure_id")),
    )
    op.create_index(op.f("ix_lookback_case_id_state"), "lookback", ["case_id", "state"], unique=False)
    op.create_table(
        "progress_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("measure_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", engine.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_progress_entry_measure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_entry")),
    )
    op.create_index(op.f("ix_progress_entry_measure_id"), "progress_entry", ["measure_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_progress_entry_measure_id"), table_name="progress_entry")
    op.drop_table("progress_entry")
    op.drop_index(op.f("ix_lookback_case_id_state"), table_name="lookback")
    op.drop_table("lookback")
    op.drop_index(op.f("ix_evidence_enterprise_id_kind"), table_name="evidence")
    op.drop_index(op.f("ix_evidence_case_id"), table_name="evidence")
    op.drop_table("evidence")
    op.drop_index(op.f("ix_measure_plan_id"), table_name="measure")
    op.drop_index(op.f("ix_measure_case_id_state"), table_name="measure")
    op.drop_table("measure")
    op.drop_index(op.f("ix_extension_plan_id"), table_name="extension")
    op.drop_table("extension")
    op.drop_index(op.f("ix_closure_state"), table_name="closure")
    op.drop_index(op.f("ix_closure_item_id"), table_name="closure")
    op.drop_table("closure")
    op.drop_index(op.f("ix_baseline_case_id"), table_name="baseline")
    op.drop_table("baseline")
    op.drop_index(op.f("ix_visit_case_id"), table_name="visit")
    op.drop_table("visit")
    op.drop_index(op.f("ix_submission_user_task_id"), table_name="submission")
    op.drop_table("submission")
    op.drop_table("plan")
    op.drop_index(op.f("ix_notice_case_id"), table_name="notice")
    op.drop_index(op.f("ix_notice_addressee_read_at"), table_name="notice")
    op.drop_table("notice")
    op.drop_index(op.f("ix_light_log_case_id_id"), table_name="light_log")
    op.drop_index(op.f("ix_light_log_about_id"), table_name="light_log")
    op.drop_table("light_log")
    op.drop_index(op.f("ix_job_user_task_id"), table_name="job")
    op.drop_index(op.f("ix_job_status_due_at_id"), table_name="job")
    op.drop_index(op.f("ix_job_instance_id_status"), table_name="job")
    op.drop_table("job")
    op.drop_index(op.f("ix_interval_user_task_id"), table_name="interval")
    op.drop_table("interval")
    op.drop_table("hearing")
    op.drop_table("draft")
    op.drop_index(
        "ix_case_item_one_open_per_list",
        table_name="case_item",
        sqlite_where=sa.text("state IN ('open', 'pending_closure', 'pending_removal', 'relapsed', 'suspended')"),
        postgresql_where=sa.text("state IN ('open', 'pending_closure', 'pending_removal', 'relapsed', 'suspended')"),
    )
    op.drop_index(op.f("ix_case_item_instance_id"), table_name="case_item")
    op.drop_table("case_item")
    op.drop_index(op.f("ix_user_task_subject"), table_name="user_task")
    op.drop_index(op.f("ix_user_task_status_scope_due_at"), table_name="user_task")
    op.drop_index(op.f("ix_user_task_status_due_at_id"), table_name="user_task")
    op.drop_index(op.f("ix_user_task_root_id"), table_name="user_task")
    op.drop_index(op.f("ix_user_task_instance_id_status"), table_name="user_task")
    op.drop_index(op.f("ix_user_task_assignee_status"), table_name="user_task")
    op.drop_table("user_task")
    op.drop_index(op.f("ix_subscription_kind_name_correlation_key"), table_name="subscription")
    op.drop_index(op.f("ix_subscription_definition_id"), table_name="subscription")
    op.drop_table("subscription")
    op.drop_index(op.f("ix_message_status_name_correlation_key"), table_name="message")
    op.drop_index(op.f("ix_message_status_expires_at"), table_name="message")
    op.drop_table("message")
    op.drop_table("list_signature")
    op.drop_table("list_review")
    op.drop_index(op.f("ix_list_entry_version_id_path"), table_name="list_entry")
    op.drop_index(op.f("ix_list_entry_enterprise_id"), table_name="list_entry")
    op.drop_table("list_entry")
    op.drop_index(op.f("ix_history_entry_subject_id"), table_name="history_entry")
    op.drop_index(op.f("ix_history_entry_root_id_id"), table_name="history_entry")
    op.drop_table("history_entry")
    op.drop_index(op.f("ix_case_scope_state"), table_name="case")
    op.drop_index(
        "ix_case_one_open_per_enterprise",
        table_name="case",
        sqlite_where=sa.text("state IN ('open', 'observing', 'suspended')"),
        postgresql_where=sa.text("state IN ('open', 'observing', 'suspended')"),
    )
    op.drop_index(op.f("ix_case_instance_id"), table_name="case")
    op.drop_table("case")
    op.drop_index(op.f("ix_rd_institution_enterprise_id"), table_name="rd_institution")
    op.drop_table("rd_institution")
    op.drop_index(op.f("ix_quarter_report_period_state"), table_name="quarter_report")
    op.drop_table("quarter_report")
    op.drop_index(op.f("ix_post_post_path"), table_name="post")
    op.drop_index(op.f("ix_post_person_id"), table_name="post")
    op.drop_index(op.f("ix_post_enterprise_id"), table_name="post")
    op.drop_table("post")
    op.drop_table("list_version")
    op.drop_index(
        "uq_instance_active_correlation",
        table_name="instance",
        sqlite_where=sa.text("status = 'active' AND correlation_key <> ''"),
        postgresql_where=sa.text("status = 'active' AND correlation_key <> ''"),
    )
    op.drop_index(op.f("ix_instance_subject"), table_name="instance")
    op.drop_index(op.f("ix_instance_root_id"), table_name="instance")
    op.drop_index(op.f("ix_instance_parent_id"), table_name="instance")
    op.drop_index(op.f("ix_instance_definition_id_status"), table_name="instance")
    op.drop_index(op.f("ix_instance_business_key"), table_name="instance")
    op.drop_table("instance")
    op.drop_index(op.f("ix_handover_state"), table_name="handover")
    op.drop_table("handover")
    op.drop_table("enterprise_year")
    op.drop_index(op.f("ix_assignment_officer_id_until"), table_name="assignment")
    op.drop_index(op.f("ix_assignment_enterprise_id"), table_name="assignment")
    op.drop_index(op.f("ix_assignment_case_id_until"), table_name="assignment")
    op.drop_table("assignment")
    op.drop_index(op.f("ix_officer_path_state"), table_name="officer")
    op.drop_table("officer")
    op.drop_index(op.f("ix_login_session_person_id_ended_at"), table_name="login_session")
    op.drop_table("login_session")
    op.drop_index(op.f("ix_enterprise_path"), table_name="enterprise")
    op.drop_index(op.f("ix_enterprise_name"), table_name="enterprise")
    op.drop_table("enterprise")
    op.drop_index(op.f("ix_definition_deployment_id"), table_name="definition")
    op.drop_table("definition")
    op.drop_table("account")
    op.drop_index(op.f("ix_territory_parent_path"), table_name="territory")
    op.drop_table("territory")
    op.drop_table("setting")
    op.drop_table("person")
    op.drop_index(op.f("ix_login_failure_username_address_at"), table_name="login_failure")
    op.drop_table("login_failure")
    op.drop_index(op.f("ix_import_digest"), table_name="import")
    op.drop_table("import")
    op.drop_table("idempotency_key")
    op.drop_index(op.f("ix_facts_subject_purpose_id"), table_name="facts")
    op.drop_table("facts")
    op.drop_table("deployment")
    op.drop_table("chain")
    op.drop_table("calendar_year")
    op.drop_table("calendar_day")
