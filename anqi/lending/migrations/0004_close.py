"""Loans that the end of day sets aside for people."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.operations import Distribute, SameBorrower


class Migration(migrations.Migration):
    dependencies = [
        ("lending", "0003_service_phone"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SetAside",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("loan_id", models.UUIDField()),
                (
                    "kind",
                    models.CharField(choices=[("failed", "Failed"), ("differs", "Differs")], max_length=8),
                ),
                ("day", models.DateField()),
                ("why", models.TextField()),
                ("details", models.JSONField(default=dict)),
                ("opened_at", models.DateTimeField()),
                ("tried_at", models.DateTimeField()),
                ("tries", models.IntegerField(default=1)),
                ("resolved_at", models.DateTimeField(null=True)),
                ("resolved_by", models.CharField(default="", max_length=64)),
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
                    "loan",
                    models.ForeignObject(
                        from_fields=["borrower_id", "loan_id"],
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="lending.loan",
                        to_fields=["borrower_id", "id"],
                    ),
                ),
            ],
            options={
                "db_table": "lending_set_aside",
                "indexes": [
                    models.Index(
                        condition=models.Q(("resolved_at", None)),
                        fields=["day"],
                        name="lending_set_aside_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("resolved_at", None)),
                        fields=("borrower", "loan_id", "kind"),
                        name="lending_set_aside_open",
                    )
                ],
            },
        ),
        Distribute("lending_set_aside"),
        SameBorrower("lending_set_aside", "loan_id", "lending_loan"),
    ]
