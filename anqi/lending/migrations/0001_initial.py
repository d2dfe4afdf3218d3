import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.fields
import anqi.rows.ids
from anqi.rows.operations import AppendOnly, Distribute, Reference, SameBorrower


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Lender",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=32, unique=True)),
                ("name", models.CharField(max_length=128)),
                ("kind", models.CharField(max_length=32)),
                ("currency", models.CharField(default="CNY", max_length=3)),
                ("limit_minor", models.BigIntegerField()),
            ],
            options={
                "db_table": "lending_lender",
            },
        ),
        migrations.CreateModel(
            name="Merchant",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=32, unique=True)),
                ("name", models.CharField(max_length=128)),
                ("webhook_url", models.URLField(blank=True, default="", max_length=256)),
                ("webhook_secret", anqi.rows.fields.EncryptedText(null=True)),
                ("return_origins", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "lending_merchant",
            },
        ),
        migrations.CreateModel(
            name="MerchantKey",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("prefix", models.CharField(max_length=16, unique=True)),
                ("key_hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="keys",
                        to="lending.merchant",
                    ),
                ),
            ],
            options={
                "db_table": "lending_merchant_key",
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("merchant_order_id", models.UUIDField()),
                ("order_number", models.CharField(max_length=64)),
                ("goods", models.JSONField()),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(default="CNY", max_length=3)),
                ("opened_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("shipped_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("confirmed", "Confirmed"),
                            ("shipped", "Shipped"),
                            ("settled", "Settled"),
                            ("cancelled", "Cancelled"),
                            ("lapsed", "Lapsed"),
                        ],
                        max_length=16,
                    ),
                ),
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
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.merchant"
                    ),
                ),
            ],
            options={
                "db_table": "lending_order",
            },
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("order_id", models.UUIDField()),
                ("template", models.CharField(max_length=32)),
                ("body", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("signed_at", models.DateTimeField()),
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
                    "order",
                    models.ForeignObject(
                        from_fields=["borrower_id", "order_id"],
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="lending.order",
                        to_fields=["borrower_id", "id"],
                    ),
                ),
            ],
            options={
                "db_table": "lending_agreement",
            },
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=32)),
                ("version", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=16)),
                ("title", models.CharField(max_length=64)),
                ("instalments", models.PositiveSmallIntegerField()),
                ("currency", models.CharField(default="CNY", max_length=3)),
                ("least_minor", models.BigIntegerField()),
                ("most_minor", models.BigIntegerField()),
                ("terms", models.JSONField()),
                ("sold_from", models.DateField()),
                ("sold_until", models.DateField(null=True)),
                (
                    "lender",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="lending.lender"),
                ),
            ],
            options={
                "db_table": "lending_product",
            },
        ),
        migrations.CreateModel(
            name="MerchantOrder",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("order_number", models.CharField(max_length=64)),
                ("idempotency_key", models.CharField(max_length=64)),
                ("body_hash", models.CharField(max_length=64)),
                ("confirm_token", models.CharField(max_length=64, unique=True)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(default="CNY", max_length=3)),
                ("plan", models.CharField(max_length=32)),
                ("goods", models.JSONField()),
                ("return_url", models.URLField(max_length=512)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("confirmed", "Confirmed"),
                            ("shipped", "Shipped"),
                            ("settled", "Settled"),
                            ("cancelled", "Cancelled"),
                            ("lapsed", "Lapsed"),
                        ],
                        default="created",
                        max_length=16,
                    ),
                ),
                ("borrower_id", models.UUIDField(null=True)),
                ("order_id", models.UUIDField(null=True)),
                ("tracking_number", models.CharField(blank=True, default="", max_length=64)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "merchant",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="lending.merchant"),
                ),
                (
                    "product",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="lending.product"),
                ),
            ],
            options={
                "db_table": "lending_merchant_order",
            },
        ),
        migrations.CreateModel(
            name="Loan",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("number", models.CharField(max_length=24)),
                ("order_id", models.UUIDField()),
                ("agreement_id", models.UUIDField()),
                ("currency", models.CharField(default="CNY", max_length=3)),
                ("principal_minor", models.BigIntegerField()),
                ("terms", models.JSONField()),
                ("starts_on", models.DateField(null=True)),
                ("settled_on", models.DateField(null=True)),
                ("cancelled_on", models.DateField(null=True)),
                ("next_wake_on", models.DateField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "agreement",
                    models.ForeignObject(
                        from_fields=["borrower_id", "agreement_id"],
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="lending.agreement",
                        to_fields=["borrower_id", "id"],
                    ),
                ),
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
                    "lender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.lender"
                    ),
                ),
                (
                    "order",
                    models.ForeignObject(
                        from_fields=["borrower_id", "order_id"],
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="lending.order",
                        to_fields=["borrower_id", "id"],
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.product"
                    ),
                ),
            ],
            options={
                "db_table": "lending_loan",
            },
        ),
        migrations.CreateModel(
            name="CreditLine",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("granted_minor", models.BigIntegerField()),
                ("granted_at", models.DateTimeField()),
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
                    "lender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.lender"
                    ),
                ),
            ],
            options={
                "db_table": "lending_credit_line",
                "constraints": [
                    models.UniqueConstraint(fields=("borrower", "lender"), name="lending_credit_line_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("loan_id", models.UUIDField()),
                ("seq", models.BigIntegerField()),
                ("hash", models.BinaryField()),
                ("kind", models.CharField(max_length=24)),
                ("counts_on", models.DateField()),
                ("body", models.JSONField()),
                ("actor", models.CharField(max_length=64)),
                ("key", models.CharField(max_length=96)),
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
                "db_table": "lending_fact",
                "indexes": [models.Index(fields=["borrower", "loan_id"], name="lending_fact_loan")],
                "constraints": [
                    models.UniqueConstraint(fields=("borrower", "seq"), name="lending_fact_seq"),
                    models.UniqueConstraint(fields=("borrower", "key"), name="lending_fact_key"),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(
                fields=("borrower", "merchant_order_id"), name="lending_order_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.UniqueConstraint(
                fields=("borrower", "order_id"), name="lending_agreement_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(fields=("code", "version"), name="lending_product_version"),
        ),
        migrations.AddIndex(
            model_name="merchantorder",
            index=models.Index(fields=["merchant", "-created_at"], name="lending_merchant_order_new"),
        ),
        migrations.AddIndex(
            model_name="merchantorder",
            index=models.Index(fields=["order_number"], name="lending_merchant_order_find"),
        ),
        migrations.AddConstraint(
            model_name="merchantorder",
            constraint=models.UniqueConstraint(
                fields=("merchant", "order_number"), name="lending_merchant_order_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="merchantorder",
            constraint=models.UniqueConstraint(
                fields=("merchant", "idempotency_key"), name="lending_merchant_order_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="merchantorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="lending_merchant_order_amount"
            ),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(
                condition=models.Q(("next_wake_on__isnull", False)),
                fields=["next_wake_on"],
                name="lending_loan_wake",
            ),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(fields=["number"], name="lending_loan_number"),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.UniqueConstraint(fields=("borrower", "order_id"), name="lending_loan_once"),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(("principal_minor__gt", 0)), name="lending_loan_principal"
            ),
        ),
        Reference("lending_lender"),
        Reference("lending_product"),
        Reference("lending_merchant"),
        Distribute("lending_order"),
        Distribute("lending_agreement"),
        Distribute("lending_loan"),
        Distribute("lending_credit_line"),
        Distribute("lending_fact"),
        AppendOnly("lending_agreement"),
        AppendOnly("lending_fact"),
        SameBorrower("lending_agreement", "order_id", "lending_order"),
        SameBorrower("lending_loan", "order_id", "lending_order"),
        SameBorrower("lending_loan", "agreement_id", "lending_agreement"),
        SameBorrower("lending_fact", "loan_id", "lending_loan"),
    ]
