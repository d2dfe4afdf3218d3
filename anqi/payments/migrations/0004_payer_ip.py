"""The network address of whoever pays, for channels that want it."""

from django.db import migrations

from anqi.rows.fields import EncryptedText


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_difference")]
    operations = [migrations.AddField(model_name="charge", name="payer_ip", field=EncryptedText(null=True))]
