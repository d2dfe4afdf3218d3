"""Accounts of what a shop or a third party pays, of what the lender gives or loses, and of what comes back of it."""

from django.db import migrations, models

_NEW = (
    ("subsidy_receivable", "应收贴息", "asset"),
    ("merchant_fee_income", "商户手续费收入", "income"),
    ("recovered", "核销后收回", "income"),
    ("goodwill", "善意补偿支出", "expense"),
    ("written_off", "已核销", "expense"),
)
_ALL = (
    "receivable_principal",
    "receivable_interest",
    "receivable_fee",
    "receivable_penalty",
    "subsidy_receivable",
    "in_transit_alipay",
    "in_transit_wechat",
    "merchant_payable",
    "unapplied",
    "refund_in_transit",
    "credit_balance",
    "interest_income",
    "fee_income",
    "penalty_income",
    "merchant_fee_income",
    "recovered",
    "waived",
    "goodwill",
    "written_off",
)


def _write_chart(apps: object, schema_editor: object) -> None:
    account = apps.get_model("ledger", "Account")  # type: ignore[attr-defined]
    account.objects.bulk_create(account(code=code, name=name, side=side) for code, name, side in _NEW)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_accounts")]
    operations = [
        migrations.RemoveConstraint(model_name="posting", name="ledger_posting_accounts"),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(debit__in=_ALL, credit__in=_ALL), name="ledger_posting_accounts"
            ),
        ),
        migrations.RunPython(_write_chart, migrations.RunPython.noop),
    ]
