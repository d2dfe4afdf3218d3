"""Accounts of what late loans owe by their stage, of what accrues, of money at the bank and of partners' shares."""

from django.db import migrations, models

_STAGES = (("_m1", "逾期1–30天"), ("_m2", "逾期31–60天"), ("_m3", "逾期61–90天"), ("_m4", "逾期90天以上"))
_RECEIVABLE = (
    ("receivable_principal", "应收本金"), ("receivable_interest", "应收利息"),
    ("receivable_fee", "应收手续费"), ("receivable_penalty", "应收罚息"),
)  # fmt: skip
_NEW = (
    *((f"{code}{stage}", f"{name} {late}", "asset") for stage, late in _STAGES for code, name in _RECEIVABLE),
    ("accrued_interest", "应计利息", "asset"),
    ("accrued_fee", "应计手续费", "asset"),
    ("accrued_penalty", "应计罚息", "asset"),
    ("accrued_income", "应计收入", "income"),
    ("bank", "银行存款", "asset"),
    ("partners_payable", "应付合作机构款", "liability"),
)
_ALL = (
    *(f"{code}{stage}" for stage in ("", "_m1", "_m2", "_m3", "_m4") for code, _ in _RECEIVABLE),
    "subsidy_receivable",
    "in_transit_alipay",
    "in_transit_wechat",
    "bank",
    "merchant_payable",
    "partners_payable",
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
    dependencies = [("ledger", "0005_close")]
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
