"""Messages by more than one medium, what their gateways say of them, and reminders of what is due."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.fields import EncryptedText
from anqi.rows.operations import AppendOnly, Distribute, SameBorrower

_STATES = [
    ("waiting", "Waiting"), ("sent", "Sent"), ("delivered", "Delivered"), ("failed", "Failed"), ("withdrawn", "Withdrawn"),
]
_SAID = [
    ("accepted", "Accepted"), ("declined", "Declined"), ("delivered", "Delivered"), ("undelivered", "Undelivered"),
    ("silent", "Silent"),
]


def _owned(*fields):
    return [
        ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
        ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
        *fields,
        ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
    ]


class Migration(migrations.Migration):

    dependencies = [
        ("notices", "0002_words"),
        ("people", "0003_settings"),
        ("lending", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="message", name="state",
            field=models.CharField(choices=_STATES, default="waiting", max_length=16),
        ),
        migrations.AddField(model_name="message", name="mail", field=EncryptedText(null=True)),
        migrations.AddField(model_name="message", name="answer_by", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="message", name="delivered_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="message", name="read_at", field=models.DateTimeField(null=True)),
        # What was sent before there was a list to read it in is no news.
        migrations.RunSQL("update notices_message set read_at = created_at", migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("answer_by__isnull", False)), fields=["answer_by"], name="notices_message_answer"
            ),
        ),
        migrations.CreateModel(
            name="MessageWord",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("medium", models.CharField(max_length=8)),
                ("said", models.CharField(choices=_SAID, max_length=16)),
                ("proof", models.CharField(blank=True, default="", max_length=64)),
                ("why", models.CharField(blank=True, default="", max_length=200)),
                ("at", models.DateTimeField()),
                ("message", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="said", to="notices.message")),
            ],
            options={"db_table": "notices_message_word"},
        ),
        migrations.AddConstraint(
            model_name="messageword",
            constraint=models.UniqueConstraint(fields=("message", "medium", "said"), name="notices_message_word_once"),
        ),
        AppendOnly("notices_message_word"),
        migrations.CreateModel(
            name="Reminding",
            fields=_owned(
                ("loan_id", models.UUIDField()),
                ("next_try_at", models.DateTimeField(null=True)),
            ),
            options={"db_table": "notices_reminding"},
        ),
        migrations.AddConstraint(
            model_name="reminding",
            constraint=models.UniqueConstraint(fields=("borrower", "loan_id"), name="notices_reminding_once"),
        ),
        migrations.AddIndex(
            model_name="reminding",
            index=models.Index(
                condition=models.Q(("next_try_at__isnull", False)), fields=["next_try_at"], name="notices_reminding_due"
            ),
        ),
        Distribute("notices_reminding"),
        # Every loan that runs by now is looked at once; the others when something happens to them.
        migrations.RunSQL(
            "insert into notices_reminding (borrower_id, id, loan_id, next_try_at)"
            " select borrower_id, gen_random_uuid(), id, created_at from lending_loan"
            " where starts_on is not null and settled_on is null and cancelled_on is null",
            migrations.RunSQL.noop,
        ),
        SameBorrower("notices_reminding", "loan_id", "lending_loan"),
        migrations.CreateModel(
            name="Reminder",
            fields=_owned(
                ("loan_id", models.UUIDField()),
                ("due_on", models.DateField()),
                ("step", models.CharField(max_length=8)),
                ("amount_minor", models.BigIntegerField()),
                ("message_id", models.UUIDField()),
                ("said_at", models.DateTimeField()),
            ),
            options={"db_table": "notices_reminder"},
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(
                fields=("borrower", "loan_id", "due_on", "step"), name="notices_reminder_once"
            ),
        ),
        migrations.AddIndex(
            model_name="reminder", index=models.Index(fields=["message_id"], name="notices_reminder_message")
        ),
        Distribute("notices_reminder"),
        SameBorrower("notices_reminder", "loan_id", "lending_loan"),
    ]
