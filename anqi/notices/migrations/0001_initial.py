import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.fields
import anqi.rows.ids
from anqi.rows.operations import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("borrower_id", models.UUIDField(null=True)),
                ("medium", models.CharField(default="sms", max_length=8)),
                ("template", models.CharField(max_length=32)),
                ("phone", anqi.rows.fields.EncryptedText()),
                ("text", anqi.rows.fields.EncryptedText()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("sent", "Sent"), ("failed", "Failed")],
                        default="waiting",
                        max_length=16,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("next_try_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
                ("proof", models.CharField(blank=True, default="", max_length=64)),
                ("why", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "db_table": "notices_message",
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_try_at__isnull", False)),
                        fields=["next_try_at"],
                        name="notices_message_due",
                    ),
                    models.Index(fields=["borrower_id", "created_at"], name="notices_message_borrower"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("merchant_id", models.UUIDField()),
                ("kind", models.CharField(max_length=32)),
                ("subject_id", models.UUIDField()),
                ("body", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("delivered", "Delivered"),
                            ("given_up", "Given Up"),
                        ],
                        default="waiting",
                        max_length=16,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("next_try_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("delivered_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "notices_webhook",
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_try_at__isnull", False)),
                        fields=["next_try_at"],
                        name="notices_webhook_due",
                    ),
                    models.Index(fields=["merchant_id", "-created_at"], name="notices_webhook_merchant"),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookTry",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("why", models.CharField(blank=True, default="", max_length=200)),
                (
                    "webhook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="notices.webhook",
                    ),
                ),
            ],
            options={
                "db_table": "notices_webhook_try",
            },
        ),
        AppendOnly("notices_webhook_try"),
    ]
