"""Running plans that were changed as their borrowers signed."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.fields
import anqi.rows.ids
from anqi.rows.operations import AppendOnly, Distribute, SameBorrower


class Migration(migrations.Migration):

    dependencies = [
        ("lending", "0012_application_day"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Amendment",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("loan_id", models.UUIDField()),
                ("kind", models.CharField(choices=[("due_day", "Due Day"), ("deferral", "Deferral"), ("hardship", "Hardship")], max_length=8)),
                ("version", models.IntegerField()),
                ("fact_ids", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ("template", models.CharField(max_length=32)),
                ("body", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("evidence", anqi.rows.fields.EncryptedText(null=True)),
                ("signed_at", models.DateTimeField()),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
                ("loan", models.ForeignObject(from_fields=["borrower_id", "loan_id"], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="lending.loan", to_fields=["borrower_id", "id"])),
            ],
            options={
                "db_table": "lending_amendment",
            },
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.UniqueConstraint(fields=("borrower", "loan_id", "version"), name="lending_amendment_version"),
        ),
        Distribute("lending_amendment"),
        AppendOnly("lending_amendment"),
        SameBorrower("lending_amendment", "loan_id", "lending_loan"),
    ]
