from django.db import migrations

TRIGGER = """
CREATE TRIGGER audit_chain_head AFTER INSERT ON audit_auditevent BEGIN
    UPDATE audit_auditchain SET length = NEW.sequence, head = NEW.link WHERE id = NEW.chain;
END
"""


def create_trigger(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(TRIGGER)


def drop_trigger(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER audit_chain_head")


class Migration(migrations.Migration):
    """SQLite moves a chain's head itself, so that a group of records is one statement; PostgreSQL does it in that statement."""

    dependencies = [("audit", "0002_mark_read_only_events")]

    operations = [migrations.RunPython(create_trigger, drop_trigger)]
