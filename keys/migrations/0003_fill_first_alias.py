from django.db import migrations

FILL = """
UPDATE keys_kmskey SET first_alias = (SELECT MIN(name) FROM keys_alias WHERE keys_alias.key_id = keys_kmskey.id)
WHERE EXISTS (SELECT 1 FROM keys_alias WHERE keys_alias.key_id = keys_kmskey.id)
"""


class Migration(migrations.Migration):
    dependencies = [("keys", "0002_order_the_list_of_keys")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
