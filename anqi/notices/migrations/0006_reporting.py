"""That borrowers were told before something bad is reported of them."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.operations import Distribute, SameBorrower


class Migration(migrations.Migration):

    dependencies = [
        ("notices", "0005_late"),
        ("lending", "0015_reporting"),
        ("people", "0009_retention"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportNotice",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("loan_id", models.UUIDField()),
                ("due_on", models.DateField()),
                ("nth", models.PositiveSmallIntegerField(default=1)),
                ("amount_minor", models.BigIntegerField()),
                ("pay_by_on", models.DateField(null=True)),
                ("from_on", models.DateField()),
                ("message_id", models.UUIDField()),
                ("said_at", models.DateTimeField()),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
            ],
            options={
                "db_table": "notices_report_notice",
                "indexes": [models.Index(fields=["message_id"], name="notices_report_notice_message")],
                "constraints": [models.UniqueConstraint(fields=("borrower", "loan_id", "due_on", "nth"), name="notices_report_notice_once")],
            },
        ),
        Distribute("notices_report_notice"),
        SameBorrower("notices_report_notice", "loan_id", "lending_loan"),
    ]
