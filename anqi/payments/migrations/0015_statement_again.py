"""What a channel gave first it can give again, after another."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payments", "0014_remittance")]

    operations = [migrations.RemoveConstraint("channelstatement", "payments_statement_once")]
