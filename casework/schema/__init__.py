"""The tables of the whole house as Alembic revisions: every database is made and brought up to date by them."""
