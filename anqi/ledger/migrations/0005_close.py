"""A day is shut before it is closed, and keeps what its run found and what was booked on it."""

from django.db import migrations, models

from anqi.rows.operations import Reference


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_accounts"),
    ]

    operations = [
        migrations.AddField(
            model_name="closedday",
            name="finished_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="closedday",
            name="loans_proved",
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name="closedday",
            name="loans_set_aside",
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name="closedday",
            name="loans_woken",
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name="closedday",
            name="shut_at",
            field=models.DateTimeField(default="2000-01-01T00:00:00Z"),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="closedday",
            name="closed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="DayTotal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("lender_id", models.UUIDField()),
                ("product_id", models.UUIDField(null=True)),
                ("currency", models.CharField(max_length=3)),
                ("account", models.CharField(max_length=48)),
                ("debit_minor", models.BigIntegerField()),
                ("credit_minor", models.BigIntegerField()),
            ],
            options={
                "db_table": "ledger_day_total",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "lender_id", "product_id", "currency", "account"),
                        name="ledger_day_total_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        Reference("ledger_day_total"),
    ]
