"""Loans that are paid out in cash, without a merchant; how much may leave at once, and in a day."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lending", "0005_accruals"),
    ]

    operations = [
        migrations.AddField(
            model_name="lender",
            name="payouts_a_day_minor",
            field=models.BigIntegerField(default=100000000),
        ),
        migrations.AddField(
            model_name="lender",
            name="release_from_minor",
            field=models.BigIntegerField(default=500000),
        ),
        migrations.AddField(
            model_name="loan",
            name="is_cash",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="order",
            name="merchant",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="lending.merchant",
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="merchant_order_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name="order",
            name="state",
            field=models.CharField(
                choices=[
                    ("created", "Created"),
                    ("confirmed", "Confirmed"),
                    ("shipped", "Shipped"),
                    ("paid_out", "Paid Out"),
                    ("settled", "Settled"),
                    ("cancelled", "Cancelled"),
                    ("lapsed", "Lapsed"),
                ],
                max_length=16,
            ),
        ),
    ]
