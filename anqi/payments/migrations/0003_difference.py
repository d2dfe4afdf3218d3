import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.operations import Distribute, SameBorrower


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0002_application"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Difference",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("charge_id", models.UUIDField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("amount_differs", "Amount Differs"),
                            ("amount_changed", "Amount Changed"),
                            ("undone", "Undone"),
                            ("given_back", "Given Back"),
                            ("refund_differs", "Refund Differs"),
                        ],
                        max_length=24,
                    ),
                ),
                ("told", models.JSONField()),
                ("learned_by", models.CharField(max_length=16)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.UUIDField(null=True)),
                ("decision", models.CharField(blank=True, default="", max_length=400)),
                (
                    "borrower",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.borrower",
                    ),
                ),
                (
                    "charge",
                    models.ForeignObject(
                        from_fields=["borrower_id", "charge_id"],
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="payments.charge",
                        to_fields=["borrower_id", "id"],
                    ),
                ),
            ],
            options={
                "db_table": "payments_difference",
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=["opened_at"],
                        name="payments_difference_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("borrower", "charge_id", "kind"),
                        name="payments_difference_once",
                    )
                ],
            },
        ),
        Distribute("payments_difference"),
        SameBorrower("payments_difference", "charge_id", "payments_charge"),
    ]
