import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.operations import AppendOnly, Distribute, SameBorrower


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("lending", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChannelOrder",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("channel", models.CharField(max_length=16)),
                ("key", models.CharField(max_length=64)),
                ("ref", models.CharField(blank=True, default="", max_length=64)),
                ("kind", models.CharField(max_length=16)),
                ("borrower_id", models.UUIDField()),
                ("charge_id", models.UUIDField()),
            ],
            options={
                "db_table": "payments_channel_order",
                "indexes": [models.Index(fields=["ref"], name="payments_channel_order_ref")],
                "constraints": [
                    models.UniqueConstraint(fields=("channel", "key"), name="payments_channel_order_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="Charge",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("channel", models.CharField(max_length=16)),
                ("key", models.CharField(max_length=64)),
                ("attempt", models.CharField(max_length=64)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(default="CNY", max_length=3)),
                ("subject", models.CharField(max_length=128)),
                ("how", models.CharField(max_length=16)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("processing", "Processing"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                            ("closed", "Closed"),
                            ("unknown", "Unknown"),
                        ],
                        default="created",
                        max_length=16,
                    ),
                ),
                ("action", models.JSONField(null=True)),
                ("opened_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("closing_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ref", models.CharField(blank=True, default="", max_length=64)),
                ("reason", models.CharField(blank=True, default="", max_length=48)),
                ("next_try_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveIntegerField(default=0)),
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
                "db_table": "payments_charge",
            },
        ),
        migrations.CreateModel(
            name="ChargePart",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("charge_id", models.UUIDField()),
                ("loan_id", models.UUIDField()),
                ("purpose", models.CharField(max_length=8)),
                ("amount_minor", models.BigIntegerField()),
                ("quote", models.JSONField()),
                ("claims", models.BooleanField(default=True)),
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
                        related_name="parts",
                        to="payments.charge",
                        to_fields=["borrower_id", "id"],
                    ),
                ),
            ],
            options={
                "db_table": "payments_charge_part",
            },
        ),
        migrations.CreateModel(
            name="Exchange",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("charge_id", models.UUIDField()),
                ("direction", models.CharField(max_length=8)),
                ("kind", models.CharField(max_length=24)),
                ("outcome", models.CharField(max_length=16)),
                ("detail", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
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
                "db_table": "payments_exchange",
            },
        ),
        migrations.CreateModel(
            name="Inbox",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("channel", models.CharField(max_length=16)),
                ("message_key", models.CharField(max_length=128)),
                ("kind", models.CharField(max_length=24)),
                ("key", models.CharField(max_length=64)),
                ("news", models.JSONField()),
                ("raw", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("received_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("done", "Done"), ("refused", "Refused")],
                        default="waiting",
                        max_length=16,
                    ),
                ),
                ("next_try_at", models.DateTimeField()),
                ("tries", models.PositiveIntegerField(default=0)),
                ("why", models.CharField(blank=True, default="", max_length=200)),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "payments_inbox",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["next_try_at"],
                        name="payments_inbox_due",
                    ),
                    models.Index(fields=["channel", "key"], name="payments_inbox_key"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("channel", "message_key"), name="payments_inbox_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Outbox",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("charge_id", models.UUIDField()),
                ("kind", models.CharField(choices=[("charge", "Charge"), ("close", "Close")], max_length=16)),
                ("created_at", models.DateTimeField()),
                ("leased_until", models.DateTimeField(null=True)),
                ("next_try_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("done_at", models.DateTimeField(null=True)),
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
                "db_table": "payments_outbox",
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("charge_id", models.UUIDField()),
                ("channel", models.CharField(max_length=16)),
                ("ref", models.CharField(max_length=64)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(default="CNY", max_length=3)),
                ("paid_at", models.DateTimeField()),
                ("counts_on", models.DateField()),
                ("learned_by", models.CharField(max_length=16)),
                ("recorded_at", models.DateTimeField()),
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
                "db_table": "payments_payment",
            },
        ),
        migrations.CreateModel(
            name="Unapplied",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("payment_id", models.UUIDField()),
                ("loan_id", models.UUIDField(null=True)),
                ("lender_id", models.UUIDField()),
                ("amount_minor", models.BigIntegerField()),
                ("left_minor", models.BigIntegerField()),
                ("reason", models.CharField(max_length=32)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
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
                    "payment",
                    models.ForeignObject(
                        from_fields=["borrower_id", "payment_id"],
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="payments.payment",
                        to_fields=["borrower_id", "id"],
                    ),
                ),
            ],
            options={
                "db_table": "payments_unapplied",
            },
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(
                condition=models.Q(("next_try_at__isnull", False)),
                fields=["next_try_at"],
                name="payments_charge_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.UniqueConstraint(
                fields=("borrower", "attempt"), name="payments_charge_attempt"
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payments_charge_amount"
            ),
        ),
        migrations.AddIndex(
            model_name="chargepart",
            index=models.Index(fields=["borrower", "charge_id"], name="payments_part_charge"),
        ),
        migrations.AddConstraint(
            model_name="chargepart",
            constraint=models.UniqueConstraint(
                condition=models.Q(("claims", True)),
                fields=("borrower", "loan_id"),
                name="payments_one_claim",
            ),
        ),
        migrations.AddConstraint(
            model_name="chargepart",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payments_part_amount"
            ),
        ),
        migrations.AddIndex(
            model_name="exchange",
            index=models.Index(fields=["borrower", "charge_id", "at"], name="payments_exchange_charge"),
        ),
        migrations.AddIndex(
            model_name="outbox",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True)),
                fields=["next_try_at"],
                name="payments_outbox_due",
            ),
        ),
        migrations.AddIndex(
            model_name="outbox",
            index=models.Index(fields=["borrower", "charge_id"], name="payments_outbox_charge"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                fields=("borrower", "channel", "ref"), name="payments_payment_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payments_payment_amount"
            ),
        ),
        migrations.AddIndex(
            model_name="unapplied",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["opened_at"],
                name="payments_unapplied_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="unapplied",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gt", 0),
                    ("left_minor__gte", 0),
                    ("left_minor__lte", models.F("amount_minor")),
                ),
                name="payments_unapplied_amounts",
            ),
        ),
        Distribute("payments_charge"),
        Distribute("payments_charge_part"),
        Distribute("payments_payment"),
        Distribute("payments_unapplied"),
        Distribute("payments_outbox"),
        Distribute("payments_exchange"),
        AppendOnly("payments_payment"),
        AppendOnly("payments_exchange"),
        SameBorrower("payments_charge_part", "charge_id", "payments_charge"),
        SameBorrower("payments_payment", "charge_id", "payments_charge"),
        SameBorrower("payments_unapplied", "payment_id", "payments_payment"),
        SameBorrower("payments_outbox", "charge_id", "payments_charge"),
        SameBorrower("payments_exchange", "charge_id", "payments_charge"),
        SameBorrower("payments_charge_part", "loan_id", "lending_loan"),
        SameBorrower("payments_unapplied", "loan_id", "lending_loan"),
    ]
