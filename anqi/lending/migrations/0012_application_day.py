"""Applications are listed by their days."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("lending", "0011_reserves"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["applied_at"], name="lending_application_day"),
        ),
    ]
