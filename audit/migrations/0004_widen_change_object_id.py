from django.db import migrations, models


class Migration(migrations.Migration):
    """The change log names an alias by account, Region and name: up to 302 characters."""

    dependencies = [("audit", "0003_move_chain_head")]

    operations = [migrations.AlterField("change", "object_id", models.CharField(max_length=320))]
