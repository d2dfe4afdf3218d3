"""Reporting to a credit bureau: by which rule, of which loans, what was sent, and what borrowers object to."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.fields
import anqi.rows.ids
from anqi.rows.operations import AppendOnly, Distribute, Execute, Reference, SameBorrower

# As the owner, because the application's role may change no record: only those whose time is over. As long as
# something bad of a loan is younger, all that was sent of it is kept, so that the bad act has an end to count from.
_FORGET = """
    create or replace function anqi_forget_reports(before timestamptz, blank bytea) returns bigint
    language plpgsql security definer set search_path = public as $$
    declare
        records bigint;
        over_on date := (before at time zone 'Asia/Shanghai')::date;
    begin
        perform set_config('anqi.forgetting', 'on', true);
        create temporary table forgotten_record on commit drop as
            select r.borrower_id, r.id from lending_report_record r
            where r.month < over_on and not exists (
                select from lending_report_record later
                where later.borrower_id = r.borrower_id and later.loan_id = r.loan_id and later.month >= over_on
                    and later.code in ('M', '1', '2', '3', '4', '5', '6', '7', 'B', 'D', 'Z'));
        delete from lending_report_rejection j using forgotten_record f
            where j.borrower_id = f.borrower_id and j.record_id = f.id;
        update lending_objection o set record_id = null from forgotten_record f
            where o.borrower_id = f.borrower_id and o.record_id = f.id;
        delete from lending_report_record r using forgotten_record f
            where r.borrower_id = f.borrower_id and r.id = f.id;
        get diagnostics records = row_count;
        update lending_report_annotation a set text = null from lending_objection o
            where a.text is not null and o.borrower_id = a.borrower_id and o.id = a.objection_id
                and o.ended_at < before;
        update lending_report_file f set body = blank
        where f.month < over_on and length(f.body) > length(blank)
            and not exists (select from lending_report_record r where r.file_id = f.id);
        drop table forgotten_record;
        perform set_config('anqi.forgetting', '', true);
        return records;
    end $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ("lending", "0014_hardship"),
        # What lets forgetting through came with it.
        ("people", "0009_retention"),
    ]

    operations = [
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("number", models.CharField(max_length=24)),
                ("loan_id", models.UUIDField()),
                ("record_id", models.UUIDField(null=True)),
                ("text", anqi.rows.fields.EncryptedText()),
                ("state", models.CharField(choices=[("open", "Open"), ("answered", "Answered"), ("withdrawn", "Withdrawn")], default="open", max_length=16)),
                ("owner_id", models.UUIDField(null=True)),
                ("opened_at", models.DateTimeField()),
                ("answer_by", models.DateField()),
                ("verdict", models.CharField(blank=True, choices=[("", "None"), ("right", "Right"), ("wrong", "Wrong")], default="", max_length=8)),
                ("ended_at", models.DateTimeField(null=True)),
                ("statement", anqi.rows.fields.EncryptedText(null=True)),
                ("stated_at", models.DateTimeField(null=True)),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
                ("lender", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.lender")),
                ("loan", models.ForeignObject(from_fields=["borrower_id", "loan_id"], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="lending.loan", to_fields=["borrower_id", "id"])),
            ],
            options={
                "db_table": "lending_objection",
            },
        ),
        migrations.CreateModel(
            name="ReportFile",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("bureau", models.CharField(max_length=64)),
                ("institution", models.CharField(max_length=32)),
                ("month", models.DateField()),
                ("version", models.PositiveIntegerField()),
                ("made_on", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=64)),
                ("records", models.IntegerField()),
                ("corrections", models.IntegerField()),
                ("annotations", models.IntegerField()),
                ("overdue_minor", models.BigIntegerField()),
                ("balance_minor", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("previous", models.CharField(blank=True, default="", max_length=64)),
                ("body", anqi.rows.fields.EncryptedText()),
                ("lender", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.lender")),
            ],
            options={
                "db_table": "lending_report_file",
            },
        ),
        migrations.CreateModel(
            name="ReportAnnotation",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("loan_id", models.UUIDField()),
                ("objection_id", models.UUIDField()),
                ("kind", models.CharField(choices=[("disputed", "Disputed"), ("ended", "Ended"), ("statement", "Statement")], max_length=16)),
                ("text", anqi.rows.fields.EncryptedText(null=True)),
                ("line", models.IntegerField()),
                ("sent_on", models.DateField()),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
                ("objection", models.ForeignObject(from_fields=["borrower_id", "objection_id"], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="lending.objection", to_fields=["borrower_id", "id"])),
                ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.reportfile")),
            ],
            options={
                "db_table": "lending_report_annotation",
            },
        ),
        migrations.CreateModel(
            name="ReportingRule",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("since", models.DateField()),
                ("reports", models.BooleanField()),
                ("bureau", models.CharField(blank=True, default="", max_length=64)),
                ("institution", models.CharField(blank=True, default="", max_length=32)),
                ("notice_days", models.PositiveSmallIntegerField(default=3)),
                ("created_at", models.DateTimeField()),
                ("lender", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.lender")),
            ],
            options={
                "db_table": "lending_reporting_rule",
            },
        ),
        migrations.CreateModel(
            name="ReportRecord",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("loan_id", models.UUIDField()),
                ("line", models.IntegerField()),
                ("month", models.DateField()),
                ("code", models.CharField(max_length=1)),
                ("overdue_minor", models.BigIntegerField()),
                ("balance_minor", models.BigIntegerField()),
                ("sent_on", models.DateField()),
                ("corrects_id", models.UUIDField(null=True)),
                ("notice_id", models.UUIDField(null=True)),
                ("told_on", models.DateField(null=True)),
                ("proof", models.CharField(blank=True, default="", max_length=96)),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
                ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.reportfile")),
                ("loan", models.ForeignObject(from_fields=["borrower_id", "loan_id"], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="lending.loan", to_fields=["borrower_id", "id"])),
            ],
            options={
                "db_table": "lending_report_record",
            },
        ),
        migrations.AddField(
            model_name="objection",
            name="record",
            field=models.ForeignObject(from_fields=["borrower_id", "record_id"], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="lending.reportrecord", to_fields=["borrower_id", "id"]),
        ),
        migrations.CreateModel(
            name="ReportRejection",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("record_id", models.UUIDField()),
                ("loan_id", models.UUIDField()),
                ("why", models.CharField(max_length=400)),
                ("noted_by", models.UUIDField()),
                ("noted_at", models.DateTimeField()),
                ("released_by", models.UUIDField(null=True)),
                ("released_at", models.DateTimeField(null=True)),
                ("released_why", models.CharField(blank=True, default="", max_length=400)),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
                ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.reportfile")),
                ("record", models.ForeignObject(from_fields=["borrower_id", "record_id"], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="lending.reportrecord", to_fields=["borrower_id", "id"])),
            ],
            options={
                "db_table": "lending_report_rejection",
            },
        ),
        migrations.CreateModel(
            name="ReportStep",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("downloaded", "Downloaded"), ("sent", "Sent"), ("answered", "Answered")], max_length=16)),
                ("receipt", models.CharField(blank=True, default="", max_length=64)),
                ("rejected", models.IntegerField(null=True)),
                ("by", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="lending.reportfile")),
            ],
            options={
                "db_table": "lending_report_step",
            },
        ),
        migrations.CreateModel(
            name="ObjectionStep",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("objection_id", models.UUIDField()),
                ("kind", models.CharField(max_length=16)),
                ("by", models.UUIDField(null=True)),
                ("text", anqi.rows.fields.EncryptedText(null=True)),
                ("at", models.DateTimeField()),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
                ("objection", models.ForeignObject(from_fields=["borrower_id", "objection_id"], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="lending.objection", to_fields=["borrower_id", "id"])),
            ],
            options={
                "db_table": "lending_objection_step",
                "indexes": [models.Index(fields=["borrower", "objection_id"], name="lending_objection_steps")],
            },
        ),
        migrations.CreateModel(
            name="ReportedLoan",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("loan_id", models.UUIDField()),
                ("bureau", models.CharField(max_length=64)),
                ("institution", models.CharField(max_length=32)),
                ("notice_days", models.PositiveSmallIntegerField()),
                ("consent_version", models.CharField(max_length=32)),
                ("consented_at", models.DateTimeField()),
                ("look_at", models.DateTimeField(null=True)),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
                ("lender", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.lender")),
                ("loan", models.ForeignObject(from_fields=["borrower_id", "loan_id"], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="lending.loan", to_fields=["borrower_id", "id"])),
            ],
            options={
                "db_table": "lending_reported_loan",
                "indexes": [models.Index(condition=models.Q(("look_at__isnull", False)), fields=["look_at"], name="lending_reported_loan_look")],
                "constraints": [models.UniqueConstraint(fields=("borrower", "loan_id"), name="lending_reported_loan_once")],
            },
        ),
        migrations.CreateModel(
            name="ReportFault",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("loan_id", models.UUIDField()),
                ("objection_id", models.UUIDField(null=True)),
                ("since_on", models.DateField()),
                ("until_on", models.DateField()),
                ("why", models.CharField(max_length=400)),
                ("state", models.CharField(choices=[("asked", "Asked"), ("agreed", "Agreed"), ("refused", "Refused")], default="asked", max_length=8)),
                ("asked_by", models.UUIDField()),
                ("asked_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_why", models.CharField(blank=True, default="", max_length=400)),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
                ("loan", models.ForeignObject(from_fields=["borrower_id", "loan_id"], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="lending.loan", to_fields=["borrower_id", "id"])),
            ],
            options={
                "db_table": "lending_report_fault",
                "indexes": [models.Index(condition=models.Q(("state", "asked")), fields=["asked_at"], name="lending_report_fault_asked")],
            },
        ),
        migrations.AddConstraint(
            model_name="reportfile",
            constraint=models.UniqueConstraint(fields=("lender", "bureau", "institution", "month", "version"), name="lending_report_file_version"),
        ),
        migrations.AddConstraint(
            model_name="reportannotation",
            constraint=models.UniqueConstraint(fields=("borrower", "objection_id", "kind"), name="lending_report_annotation_once"),
        ),
        migrations.AddConstraint(
            model_name="reportingrule",
            constraint=models.UniqueConstraint(fields=("lender", "since"), name="lending_reporting_rule_day"),
        ),
        migrations.AddConstraint(
            model_name="reportrecord",
            constraint=models.UniqueConstraint(fields=("borrower", "loan_id", "month", "file"), name="lending_report_record_once"),
        ),
        migrations.AddIndex(
            model_name="objection",
            index=models.Index(condition=models.Q(("state", "open")), fields=["answer_by"], name="lending_objection_waits"),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.UniqueConstraint(condition=models.Q(("state", "open")), fields=("borrower", "loan_id"), name="lending_objection_open"),
        ),
        migrations.AddIndex(
            model_name="reportrejection",
            index=models.Index(condition=models.Q(("released_at", None)), fields=["noted_at"], name="lending_report_rejection_open"),
        ),
        migrations.AddConstraint(
            model_name="reportrejection",
            constraint=models.UniqueConstraint(fields=("borrower", "record_id"), name="lending_report_rejection_once"),
        ),
        Reference("lending_reporting_rule"),
        Reference("lending_report_file"),
        Reference("lending_report_step"),
        Distribute("lending_reported_loan"),
        Distribute("lending_report_record"),
        Distribute("lending_report_rejection"),
        Distribute("lending_objection"),
        Distribute("lending_objection_step"),
        Distribute("lending_report_fault"),
        Distribute("lending_report_annotation"),
        AppendOnly("lending_reporting_rule"),
        AppendOnly("lending_report_file"),
        AppendOnly("lending_report_step"),
        AppendOnly("lending_report_record"),
        AppendOnly("lending_report_annotation"),
        SameBorrower("lending_reported_loan", "loan_id", "lending_loan"),
        SameBorrower("lending_report_record", "loan_id", "lending_loan"),
        SameBorrower("lending_report_record", "corrects_id", "lending_report_record"),
        SameBorrower("lending_report_rejection", "record_id", "lending_report_record"),
        SameBorrower("lending_objection", "loan_id", "lending_loan"),
        SameBorrower("lending_objection", "record_id", "lending_report_record"),
        SameBorrower("lending_objection_step", "objection_id", "lending_objection"),
        SameBorrower("lending_report_fault", "loan_id", "lending_loan"),
        SameBorrower("lending_report_fault", "objection_id", "lending_objection"),
        SameBorrower("lending_report_annotation", "loan_id", "lending_loan"),
        SameBorrower("lending_report_annotation", "objection_id", "lending_objection"),
        Execute("Forget what was reported", _FORGET),
    ]
