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

    with op.batch_alter_table("quarter_report", schema=None) as batch_op:
        batch_op.add_column(sa.Column("explanation", sa.String(length=1000), nullable=False))
        batch_op.add_column(
            sa.Column("explained", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("anomalies", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("asked_at", engine.db.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("filled_by", sa.String(length=120), nullable=False))
        batch_op.add_column(sa.Column("helped", sa.Boolean(), nullable=False))
        batch_op.add_column(sa.Column("returns", sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column("return_reason", sa.String(length=1000), nullable=False))
        batch_op.add_column(sa.Column("chase_reason", sa.String(length=20), nullable=False))
        batch_op.add_column(sa.Column("chase_note", sa.String(length=400), nullable=False))
        batch_op.add_column(sa.Column("chased_by", sa.String(length=120), nullable=False))
        batch_op.add_column(sa.Column("chased_at", engine.db.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("county_mark", sa.String(length=8), nullable=False))
        batch_op.add_column(sa.Column("checked_by", sa.String(length=120), nullable=False))
        batch_op.add_column(sa.Column("checked_at", engine.db.UtcDateTime(), nullable=True))
        batch_op.create_index(batch_op.f("ix_quarter_report_instance_id"), ["instance_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_quarter_report_instance_id"), "instance", ["instance_id"], ["id"])


def downgrade() -> None:
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
        batch_op.drop_column("anomalies")
        batch_op.drop_column("explained")
        batch_op.drop_column("explanation")

    with op.batch_alter_table("access_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_token_person_id"))

    op.drop_table("access_token")
