import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.operations import AppendOnly, Distribute


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("kind", models.CharField(choices=[("receipt", "Receipt")], max_length=16)),
                ("subject_id", models.UUIDField()),
                ("body", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("issued_at", models.DateTimeField()),
                (
                    "borrower",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.borrower",
                    ),
                ),
            ],
            options={
                "db_table": "documents_document",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("borrower", "kind", "subject_id"), name="documents_document_once"
                    )
                ],
            },
        ),
        Distribute("documents_document"),
        AppendOnly("documents_document"),
    ]
