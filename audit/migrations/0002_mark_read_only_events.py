from django.db import migrations, models


class Migration(migrations.Migration):
    """Each record says whether it only read; the history's first page hides such events."""

    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="auditevent",
            name="read_only",
            field=models.BooleanField(default=False),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(
                condition=models.Q(("read_only", False)),
                fields=["account", "time_us"],
                name="audit_changes_by_account",
            ),
        ),
        migrations.AddIndex(
            model_name="auditname",
            index=models.Index(fields=["kind"], name="audit_names_by_kind"),
        ),
    ]
