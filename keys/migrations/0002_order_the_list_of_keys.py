from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('keys', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='kmskey',
            name='first_alias',
            field=models.CharField(blank=True, default='', max_length=256),
        ),
        migrations.AddField(
            model_name='kmskey',
            name='listed_type',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(key_spec__in=['SYMMETRIC_DEFAULT', 'HMAC_224', 'HMAC_256', 'HMAC_384', 'HMAC_512'], then=models.Value('Symmetric')), default=models.Value('Asymmetric')), output_field=models.CharField(max_length=10)),
        ),
        migrations.AddIndex(
            model_name='kmskey',
            index=models.Index(fields=['account', 'region', 'listed_type', 'id'], name='keys_by_type'),
        ),
        migrations.AddIndex(
            model_name='kmskey',
            index=models.Index(fields=['account', 'region', 'first_alias', 'id'], name='keys_by_alias'),
        ),
    ]
