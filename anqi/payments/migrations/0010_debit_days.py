"""Debits, plans, announcements and agreements are found by the day that the desk asks for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0009_mandate")]

    operations = [
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(
                condition=models.Q(("mandate_id__isnull", False)), fields=["opened_at"], name="payments_charge_debits"
            ),
        ),
        migrations.AddIndex(
            model_name="mandate",
            index=models.Index(
                condition=models.Q(("state", "ended")), fields=["ended_at"], name="payments_mandate_ended"
            ),
        ),
        migrations.AddIndex(
            model_name="debitplan",
            index=models.Index(
                condition=models.Q(("state", "given_up")), fields=["ended_at"], name="payments_debit_plan_given_up"
            ),
        ),
        migrations.AddIndex(
            model_name="debitplan",
            index=models.Index(
                condition=models.Q(("hold_id__isnull", False)), fields=["excused_until"],
                name="payments_debit_plan_excused",
            ),
        ),
        migrations.AddIndex(
            model_name="debitnotice",
            index=models.Index(
                condition=models.Q(("state", "refused")), fields=["created_at"], name="payments_debit_notice_refused"
            ),
        ),
    ]  # fmt: skip
