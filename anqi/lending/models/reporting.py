"""Tables of reporting (征信): what lenders tell a bureau, of which loans, what was sent, and what is objected to."""

from django.db import models

from anqi.lending.models.shops import Lender
from anqi.rows.fields import EncryptedText, belongs_to
from anqi.rows.ids import uuid7
from anqi.rows.tables import BorrowerRow


class ReportingRule(models.Model):
    """Whether a lender reports from a day on, to whom, under which code of its own, and how long after the notice."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid7)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    reports = models.BooleanField()
    bureau = models.CharField(max_length=64, blank=True, default="")
    institution = models.CharField(max_length=32, blank=True, default="")
    notice_days = models.PositiveSmallIntegerField(default=3)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "lending_reporting_rule"
        constraints = (models.UniqueConstraint(fields=["lender", "since"], name="lending_reporting_rule_day"),)


class ReportedLoan(BorrowerRow):
    """A loan whose own agreement says that it is reported, and whose borrower consented to it when signing."""

    loan_id = models.UUIDField()
    loan = belongs_to("lending.Loan", "loan_id")
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name="+")
    bureau = models.CharField(max_length=64)
    institution = models.CharField(max_length=32)
    notice_days = models.PositiveSmallIntegerField()
    consent_version = models.CharField(max_length=32)
    consented_at = models.DateTimeField()
    # When it is looked at next whether its borrower has to be told of something.
    look_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "lending_reported_loan"
        constraints = (models.UniqueConstraint(fields=["borrower", "loan_id"], name="lending_reported_loan_once"),)
        indexes = (
            models.Index(
                fields=["look_at"], name="lending_reported_loan_look", condition=models.Q(look_at__isnull=False)
            ),
        )  # fmt: skip


class ReportFile(models.Model):
    """What one lender tells a bureau of all months until the end of one, sealed: it names people."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid7)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name="+")
    bureau = models.CharField(max_length=64)
    institution = models.CharField(max_length=32)
    # The last day of the last month that it tells of. What is told later of the same months is another version.
    month = models.DateField()
    version = models.PositiveIntegerField()
    made_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)
    records = models.IntegerField()
    corrections = models.IntegerField()
    annotations = models.IntegerField()
    overdue_minor = models.BigIntegerField()
    balance_minor = models.BigIntegerField()
    # Of the whole file as it is handed over, and of the lender's file before it.
    sha256 = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True, default="")
    body = EncryptedText()

    class Meta:
        db_table = "lending_report_file"
        constraints = (
            models.UniqueConstraint(
                fields=["lender", "bureau", "institution", "month", "version"], name="lending_report_file_version"
            ),
        )


class ReportStep(models.Model):
    """What was done with a file: taken along, handed over to the bureau, answered by it. Append-only."""

    append_only = True

    class Kind(models.TextChoices):
        DOWNLOADED = "downloaded"
        SENT = "sent"
        ANSWERED = "answered"

    id = models.UUIDField(primary_key=True, default=uuid7)
    file = models.ForeignKey(ReportFile, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    # The bureau's own number of the file.
    receipt = models.CharField(max_length=64, blank=True, default="")
    rejected = models.IntegerField(null=True)
    by = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        db_table = "lending_report_step"


class ReportRecord(BorrowerRow):
    """One line of a file: the state of a loan in a month that was over. Append-only; another record corrects it."""

    append_only = True

    loan_id = models.UUIDField()
    loan = belongs_to("lending.Loan", "loan_id")
    file = models.ForeignKey(ReportFile, on_delete=models.PROTECT, related_name="+")
    line = models.IntegerField()
    # Its last day.
    month = models.DateField()
    code = models.CharField(max_length=1)
    overdue_minor = models.BigIntegerField()
    balance_minor = models.BigIntegerField()
    sent_on = models.DateField()
    corrects_id = models.UUIDField(null=True)
    # Of what speaks against its borrower: the notice before it, when it was given, and what proves it.
    notice_id = models.UUIDField(null=True)
    told_on = models.DateField(null=True)
    proof = models.CharField(max_length=96, blank=True, default="")

    class Meta:
        db_table = "lending_report_record"
        constraints = (
            models.UniqueConstraint(fields=["borrower", "loan_id", "month", "file"], name="lending_report_record_once"),
        )


class ReportRejection(BorrowerRow):
    """A record that the bureau did not take: it counts as never sent, and waits until people let it go again."""

    record_id = models.UUIDField()
    record = belongs_to("lending.ReportRecord", "record_id")
    loan_id = models.UUIDField()
    file = models.ForeignKey(ReportFile, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=400)
    noted_by = models.UUIDField()
    noted_at = models.DateTimeField()
    released_by = models.UUIDField(null=True)
    released_at = models.DateTimeField(null=True)
    released_why = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        db_table = "lending_report_rejection"
        constraints = (
            models.UniqueConstraint(fields=["borrower", "record_id"], name="lending_report_rejection_once"),
        )
        indexes = (
            models.Index(
                fields=["noted_at"], name="lending_report_rejection_open", condition=models.Q(released_at=None)
            ),
        )  # fmt: skip


class Objection(BorrowerRow):
    """A borrower says that what is reported of a loan is wrong; its id is that of the form that said so."""

    class State(models.TextChoices):
        OPEN = "open"
        ANSWERED = "answered"
        WITHDRAWN = "withdrawn"

    class Verdict(models.TextChoices):
        NONE = ""
        RIGHT = "right"
        WRONG = "wrong"

    number = models.CharField(max_length=24)
    loan_id = models.UUIDField()
    loan = belongs_to("lending.Loan", "loan_id")
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name="+", db_index=False)
    # None of what was not sent yet.
    record_id = models.UUIDField(null=True)
    record = belongs_to("lending.ReportRecord", "record_id")
    text = EncryptedText()
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    owner_id = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    answer_by = models.DateField()
    verdict = models.CharField(max_length=8, choices=Verdict.choices, blank=True, default="")
    ended_at = models.DateTimeField(null=True)
    # What its borrower wants to stand beside the records, whoever is right.
    statement = EncryptedText(null=True)
    stated_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "lending_objection"
        constraints = (
            models.UniqueConstraint(
                fields=["borrower", "loan_id"], name="lending_objection_open", condition=models.Q(state="open")
            ),
        )
        indexes = (
            models.Index(fields=["answer_by"], name="lending_objection_waits", condition=models.Q(state="open")),
        )


class ObjectionStep(BorrowerRow):
    """Something that was done about an objection, by staff, or without `by` by its borrower."""

    objection_id = models.UUIDField()
    objection = belongs_to("lending.Objection", "objection_id")
    kind = models.CharField(max_length=16)
    by = models.UUIDField(null=True)
    text = EncryptedText(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "lending_objection_step"
        indexes = (models.Index(fields=["borrower", "objection_id"], name="lending_objection_steps"),)


class ReportFault(BorrowerRow):
    """Days on which the borrower could not pay for a fault of ours or of a channel's, once two people say so."""

    class State(models.TextChoices):
        ASKED = "asked"
        AGREED = "agreed"
        REFUSED = "refused"

    loan_id = models.UUIDField()
    loan = belongs_to("lending.Loan", "loan_id")
    objection_id = models.UUIDField(null=True)
    since_on = models.DateField()
    until_on = models.DateField()
    why = models.CharField(max_length=400)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_why = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        db_table = "lending_report_fault"
        indexes = (
            models.Index(fields=["asked_at"], name="lending_report_fault_asked", condition=models.Q(state="asked")),
        )


class ReportAnnotation(BorrowerRow):
    """A line that puts a word beside a loan's records: disputed, no longer, or its borrower's own. Append-only."""

    append_only = True

    class Kind(models.TextChoices):
        DISPUTED = "disputed"
        ENDED = "ended"
        STATEMENT = "statement"

    loan_id = models.UUIDField()
    objection_id = models.UUIDField()
    objection = belongs_to("lending.Objection", "objection_id")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    text = EncryptedText(null=True)
    file = models.ForeignKey(ReportFile, on_delete=models.PROTECT, related_name="+")
    line = models.IntegerField()
    sent_on = models.DateField()

    class Meta:
        db_table = "lending_report_annotation"
        constraints = (
            models.UniqueConstraint(fields=["borrower", "objection_id", "kind"], name="lending_report_annotation_once"),
        )
