"""A message may be addressed and written when it is sent."""

from django.db import migrations, models

from anqi.rows.fields import EncryptedText


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]
    operations = [
        migrations.AddField(model_name="message", name="words", field=models.JSONField(default=dict)),
        migrations.AlterField(model_name="message", name="phone", field=EncryptedText(null=True)),
        migrations.AlterField(model_name="message", name="text", field=EncryptedText(null=True)),
    ]
