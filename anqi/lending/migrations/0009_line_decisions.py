"""What lender and borrower decide about a credit line after it was granted."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.operations import AppendOnly, Distribute


class Migration(migrations.Migration):

    dependencies = [
        ("lending", "0008_settlement"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LineDecision",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("kind", models.CharField(max_length=16)),
                ("counts_on", models.DateField()),
                ("body", models.JSONField()),
                ("actor", models.CharField(max_length=64)),
                ("decided_at", models.DateTimeField()),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
                ("lender", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.lender")),
            ],
            options={
                "db_table": "lending_line_decision",
            },
        ),
        Distribute("lending_line_decision"),
        AppendOnly("lending_line_decision"),
    ]
