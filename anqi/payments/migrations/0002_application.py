import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.operations import Distribute, SameBorrower


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("case_id", models.UUIDField()),
                ("loan_id", models.UUIDField()),
                ("amount_minor", models.BigIntegerField()),
                ("purpose", models.CharField(max_length=8)),
                ("reason", models.CharField(max_length=400)),
                (
                    "state",
                    models.CharField(
                        choices=[("requested", "Requested"), ("done", "Done"), ("refused", "Refused")],
                        default="requested",
                        max_length=16,
                    ),
                ),
                ("requested_by", models.UUIDField()),
                ("requested_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
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
                    "case",
                    models.ForeignObject(
                        from_fields=["borrower_id", "case_id"],
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="payments.unapplied",
                        to_fields=["borrower_id", "id"],
                    ),
                ),
            ],
            options={
                "db_table": "payments_application",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "requested")),
                        fields=["requested_at"],
                        name="payments_application_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "requested")),
                        fields=("borrower", "case_id"),
                        name="payments_application_one_wish",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="payments_application_amount"
                    ),
                ],
            },
        ),
        Distribute("payments_application"),
        SameBorrower("payments_application", "case_id", "payments_unapplied"),
        SameBorrower("payments_application", "loan_id", "lending_loan"),
    ]
