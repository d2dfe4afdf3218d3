"""When a product's instalments are debited, and the hold after a debit that failed by no doing of the borrower's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lending", "0009_line_decisions"),
    ]

    operations = [
        migrations.AddField(
            model_name="product",
            name="debits",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name="hold",
            name="kind",
            field=models.CharField(
                choices=[
                    ("return", "Return"),
                    ("dispute", "Dispute"),
                    ("merchant_gone", "Merchant Gone"),
                    ("debit_failed", "Debit Failed"),
                ],
                max_length=16,
            ),
        ),
    ]
