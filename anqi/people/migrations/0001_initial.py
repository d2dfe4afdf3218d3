import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.fields
import anqi.rows.ids
from anqi.rows.operations import AppendOnly, Distribute


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(choices=[("borrower", "Borrower"), ("staff", "Staff")], max_length=16),
                ),
                ("email", models.EmailField(max_length=254, null=True, unique=True)),
                ("name", models.CharField(default="", max_length=64)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("clerk", "Clerk"),
                            ("supervisor", "Supervisor"),
                            ("auditor", "Auditor"),
                            ("none", "None"),
                        ],
                        default="none",
                        max_length=16,
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "people_user",
            },
        ),
        migrations.CreateModel(
            name="Borrower",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("phone", anqi.rows.fields.EncryptedText()),
                ("phone_hash", models.CharField(max_length=64)),
                ("name", anqi.rows.fields.EncryptedText(null=True)),
                ("id_number", anqi.rows.fields.EncryptedText(null=True)),
                ("id_number_hash", models.CharField(max_length=64, null=True)),
                ("verified_at", models.DateTimeField(null=True)),
                ("language", models.CharField(default="zh-hans", max_length=8)),
                ("created_at", models.DateTimeField()),
                ("last_seq", models.BigIntegerField(default=0)),
                (
                    "last_hash",
                    models.BinaryField(
                        default=b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                    ),
                ),
            ],
            options={
                "db_table": "people_borrower",
            },
        ),
        migrations.CreateModel(
            name="IdentityEntry",
            fields=[
                ("id_number_hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("borrower_id", models.UUIDField(unique=True)),
            ],
            options={
                "db_table": "people_identity_entry",
            },
        ),
        migrations.CreateModel(
            name="PhoneEntry",
            fields=[
                ("phone_hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("borrower_id", models.UUIDField(unique=True)),
            ],
            options={
                "db_table": "people_phone_entry",
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("purpose", models.CharField(max_length=32)),
                ("version", models.CharField(max_length=32)),
                ("given_at", models.DateTimeField()),
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
                "db_table": "people_consent",
            },
        ),
        migrations.CreateModel(
            name="LoginCode",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("phone_hash", models.CharField(max_length=64)),
                ("code_hash", models.CharField(max_length=64)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "people_login_code",
                "indexes": [models.Index(fields=["phone_hash", "-sent_at"], name="people_login_code_phone")],
            },
        ),
        migrations.CreateModel(
            name="StaffAct",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("actor_id", models.UUIDField()),
                ("verb", models.CharField(max_length=48)),
                ("borrower_id", models.UUIDField(null=True)),
                ("object_id", models.UUIDField(null=True)),
                ("reason", models.CharField(default="", max_length=400)),
                ("detail", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "people_staff_act",
                "indexes": [models.Index(fields=["borrower_id", "at"], name="people_staff_act_borrower")],
            },
        ),
        Distribute("people_borrower", "id"),
        Distribute("people_consent"),
        AppendOnly("people_consent"),
        AppendOnly("people_staff_act"),
    ]
