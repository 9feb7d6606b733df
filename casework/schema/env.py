"""Alembic runs this for every command; the connection comes from `casework.schema.revising`."""

from alembic import context

from casework.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata.METADATA,
    compare_type=metadata.compare_type,
    include_object=metadata.include_object,
    render_item=metadata.render_item,
    process_revision_directives=metadata.KEEPS_ROWS,
    render_as_batch=context.config.attributes.get("batch", False),
)
with context.begin_transaction():
    context.run_migrations()
