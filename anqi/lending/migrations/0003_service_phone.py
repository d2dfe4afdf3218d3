"""Whom borrowers can call."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lending", "0002_indexes")]
    operations = [
        migrations.AddField(
            model_name="lender",
            name="service_phone",
            field=models.CharField(blank=True, default="", max_length=24),
        ),
    ]
