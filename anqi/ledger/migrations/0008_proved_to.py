"""Each night goes on with the proof of the whole book where the night before has left it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_late_postings")]

    operations = [
        migrations.AddField(model_name="closedday", name="proved_to", field=models.UUIDField(null=True)),
    ]
