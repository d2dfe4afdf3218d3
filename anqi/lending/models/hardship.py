"""Tables of hardship help (协商还款): who asked for easier terms and why, what was offered, and what came of it."""

from django.db import models

from anqi.rows.fields import EncryptedText, belongs_to
from anqi.rows.tables import BorrowerRow


class HardshipCase(BorrowerRow):
    """A borrower can't pay one loan as agreed; its id is that of the form that said so."""

    class State(models.TextChoices):
        # The lender's rules offer something by themselves, and the borrower looks at it.
        CHOOSING = "choosing"
        # A person is to look at it.
        WAITING = "waiting"
        # An offer waits for its second person.
        PROPOSED = "proposed"
        # The borrower may sign it.
        OFFERED = "offered"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"
        LAPSED = "lapsed"
        # What was accepted was kept.
        KEPT = "kept"

    # Of these a loan has one at most.
    ALIVE = (State.CHOOSING, State.WAITING, State.PROPOSED, State.OFFERED)

    loan_id = models.UUIDField()
    loan = belongs_to("lending.Loan", "loan_id")
    reason = models.CharField(max_length=16)
    # In the borrower's own words: health and family are in it.
    said = EncryptedText(null=True)
    monthly_minor = models.BigIntegerField(null=True)
    from_on = models.DateField(null=True)
    state = models.CharField(max_length=16, choices=State.choices)
    asked_at = models.DateTimeField()
    # Until the end of which day a person answers; from then on no day counts as late.
    answer_by = models.DateField(null=True)
    looked_at = models.DateTimeField(null=True)
    looked_by = models.UUIDField(null=True)
    pauses_debits = models.BooleanField(default=True)
    # The hold that this case has opened and not ended.
    hold_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_why = models.CharField(max_length=400, default="")
    question = EncryptedText(null=True)
    questioned_at = models.DateTimeField(null=True)
    # Until when there is something to choose or to sign.
    expires_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    amendment_id = models.UUIDField(null=True)
    amendment = belongs_to("lending.Amendment", "amendment_id")
    # What was accepted, as `hardship_shapes` writes it.
    accepted = models.JSONField(null=True)
    # The day on which it is looked at whether what was accepted is kept.
    look_on = models.DateField(null=True)
    looks = models.IntegerField(default=0)
    broken_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "lending_hardship"
        constraints = (
            models.UniqueConstraint(
                fields=["borrower", "loan_id"], name="lending_hardship_alive",
                condition=models.Q(state__in=["choosing", "waiting", "proposed", "offered"]),
            ),
        )
        indexes = (
            models.Index(
                fields=["answer_by"], name="lending_hardship_waits",
                condition=models.Q(state__in=["waiting", "proposed"]),
            ),
            models.Index(
                fields=["expires_at"], name="lending_hardship_lapse",
                condition=models.Q(state__in=["choosing", "offered"]),
            ),
            models.Index(fields=["look_on"], name="lending_hardship_look", condition=models.Q(look_on__isnull=False)),
            # The office's lists are of days, over all borrowers.
            models.Index(fields=["asked_at"], name="lending_hardship_day"),
        )


class HardshipOffer(BorrowerRow):
    """What a person offers in a case: the shape of it, never its figures, which are those of the day of signing."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        OPEN = "open"
        REFUSED = "refused"
        ACCEPTED = "accepted"
        OVER = "over"

    case_id = models.UUIDField()
    case = belongs_to("lending.HardshipCase", "case_id")
    shape = models.JSONField()
    reason = models.CharField(max_length=400)
    # What it was to cost the lender on the day on which it was made, and why one person may not make it.
    costs_minor = models.BigIntegerField()
    why_another = models.CharField(max_length=16, default="")
    state = models.CharField(max_length=16, choices=State.choices)
    days = models.IntegerField()
    made_by = models.UUIDField()
    made_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_why = models.CharField(max_length=400, default="")

    class Meta:
        db_table = "lending_hardship_offer"
        constraints = (
            models.UniqueConstraint(
                fields=["borrower", "case_id"], name="lending_hardship_offer_one",
                condition=models.Q(state__in=["proposed", "open"]),
            ),
        )
