import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.fields
import anqi.rows.ids
from anqi.rows.operations import AppendOnly, Distribute


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CertificateEntry",
            fields=[
                ("code_hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("borrower_id", models.UUIDField()),
                ("certificate_id", models.UUIDField()),
            ],
            options={
                "db_table": "documents_certificate_entry",
            },
        ),
        migrations.CreateModel(
            name="Certificate",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("state", models.CharField(max_length=64)),
                ("body", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("code", anqi.rows.fields.EncryptedText()),
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
                "db_table": "documents_certificate",
                "constraints": [
                    models.UniqueConstraint(fields=("borrower", "state"), name="documents_certificate_once")
                ],
            },
        ),
        Distribute("documents_certificate"),
        AppendOnly("documents_certificate"),
    ]
