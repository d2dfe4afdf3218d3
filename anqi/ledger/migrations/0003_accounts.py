"""A posting names its accounts by a check, not by foreign keys, and money may go back and come by WeChat."""

from django.db import migrations, models

_NEW = (
    ("in_transit_wechat", "在途资金 微信支付", "asset"),
    ("refund_in_transit", "退款在途", "liability"),
)
_ALL = (
    "receivable_principal",
    "receivable_interest",
    "receivable_fee",
    "receivable_penalty",
    "in_transit_alipay",
    "in_transit_wechat",
    "merchant_payable",
    "unapplied",
    "refund_in_transit",
    "credit_balance",
    "interest_income",
    "fee_income",
    "penalty_income",
    "waived",
)


def _write_chart(apps: object, schema_editor: object) -> None:
    account = apps.get_model("ledger", "Account")  # type: ignore[attr-defined]
    account.objects.bulk_create(account(code=code, name=name, side=side) for code, name, side in _NEW)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_chart"), ("people", "0001_initial")]
    operations = [
        migrations.AlterField(model_name="posting", name="credit", field=models.CharField(max_length=48)),
        migrations.AlterField(model_name="posting", name="debit", field=models.CharField(max_length=48)),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(debit__in=_ALL, credit__in=_ALL), name="ledger_posting_accounts"
            ),
        ),
        migrations.RunPython(_write_chart, migrations.RunPython.noop),
    ]
