"""How long what is kept, from when on, and by which law or habit: the classes as data, each carried out set by set.

In their statements %(before)s is the instant before which the class is over, %(now)s this one, and %(blank)s an empty
text as it stands encrypted. Facts and postings stay for good, and say nothing of who somebody is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from anqi.rows.days import SHANGHAI, years_before


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One class: over so many years and days after `since`, because a law or a habit says so."""

    name: str
    since: str
    because: str
    statements: tuple[str, ...]
    years: int = 0
    days: int = 0

    def before(self, now: datetime) -> datetime:
        """What began before that instant is over. Ten years before 29 February: 28 February, a day longer kept."""
        there = now.astimezone(SHANGHAI)
        day = years_before(there.date(), self.years)
        return datetime.combine(day, there.timetz()) - timedelta(days=self.days)


_PIPL = "PIPL 19: the shortest time that is needed"
_SHORT = f"{_PIPL}; cybersecurity law 21: six months"
_TRADE = "e-commerce law 31: three years"
_AML = "anti-money-laundering law 34: ten years"
_FORGOTTEN = "borrower_id in (select id from people_borrower where forgotten_at is not null)"
_OF_A_PERSON = (
    "people_identity_entry", "people_device", "people_contact_wish", "notices_message", "notices_calendar_feed",
    "lending_trace",
)  # fmt: skip
CLASSES = (
    Kept(
        name="codes", since="sent", because=f"{_PIPL}; those of a day are counted", days=2,
        statements=("delete from people_login_code where sent_at < %(before)s",),
    ),
    Kept(
        name="sign_ins", since="ended", because=_SHORT, days=183,
        statements=(
            """
            delete from people_sign_in where coalesce(ended_at, began_at) < %(before)s
            and (ended_at is not null or key not in (select session_key from django_session))
            """,
        ),
    ),
    Kept(
        name="addresses", since="payment opened", because=_SHORT, days=183,
        statements=(
            "update payments_charge set payer_ip = null where payer_ip is not null and opened_at < %(before)s",
        ),
    ),
    Kept(
        name="devices", since="last seen", because=_PIPL, years=1,
        statements=(
            "delete from people_device where last_seen_at < %(before)s",
            "delete from lending_trace where kind = 'device' and seen_at < %(before)s",
        ),
    ),
    Kept(
        name="phones", since="account closed", because="operators give a number to somebody else after that", days=90,
        statements=(
            """
            delete from people_phone_entry
            where borrower_id in (select id from people_borrower where closed_at < %(before)s)
            """,
        ),
    ),
    Kept(
        name="complaints", since="ended", because=_TRADE, years=3,
        statements=(
            """
            delete from people_complaint_step s using people_complaint c
            where c.borrower_id = s.borrower_id and c.id = s.complaint_id and c.ended_at < %(before)s
            """,
            "delete from people_complaint where ended_at < %(before)s",
        ),
    ),
    Kept(
        name="calls", since="begun", because="civil code 188: three years, in which either side may bring it to court",
        years=3,
        # What somebody complains of is kept as long as the complaint.
        statements=(
            """
            delete from people_call c where begun_at < %(before)s and not exists (
                select from people_complaint o
                where o.borrower_id = c.borrower_id and o.about = 'call' and o.about_id = c.id)
            """,
        ),
    ),
    Kept(
        name="requests", since="ended", because=_TRADE, years=3,
        statements=(
            "delete from people_account_request where ended_at < %(before)s",
            "delete from people_data_copy where made_at < %(before)s",
        ),
    ),
    Kept(
        name="hardship", since="ended", because=_TRADE, years=3,
        statements=(
            """
            update lending_hardship set said = null, question = null
            where said is not null and ended_at < %(before)s
            """,
        ),
    ),
    Kept(
        name="reports", since="the month told, or the last bad one of its loan", years=5,
        because="credit bureau rules 16: five years from the end of what was bad",
        statements=(
            """
            delete from notices_report_notice n where n.said_at < %(before)s and not exists (
                select from lending_report_record r
                where r.borrower_id = n.borrower_id and r.loan_id = n.loan_id and r.notice_id is not null
                    and r.month >= %(before)s::date)
            """,
            "select anqi_forget_reports(%(before)s, %(blank)s)",
            """
            delete from lending_objection_step s using lending_objection o
            where o.borrower_id = s.borrower_id and o.id = s.objection_id and o.ended_at < %(before)s
            """,
            """
            update lending_objection set text = %(blank)s, statement = null
            where ended_at < %(before)s and length(text) > length(%(blank)s)
            """,
        ),
    ),
    Kept(
        name="messages", since="written", years=5,
        because="credit bureau rules 16: five years, as proof of what was told",
        statements=(
            "select anqi_forget_words(%(before)s)",
            "delete from notices_message where created_at < %(before)s",
        ),
    ),
    Kept(
        name="channel_messages", since="arrived", because=_AML, years=10,
        statements=("update payments_inbox set raw = '' where raw <> '' and received_at < %(before)s",),
    ),
    Kept(
        name="identities", since="account closed", because=_AML, years=10,
        statements=(
            """
            update people_borrower set forgotten_at = %(now)s, phone = %(blank)s, phone_hash = '', name = null,
                id_number = null, id_number_hash = null
            where forgotten_at is null and closed_at < %(before)s
            """,
            "select anqi_forget_words(%(before)s)",
            *(f"delete from {table} where {_FORGOTTEN}" for table in _OF_A_PERSON),
            f"""
            update payments_card set token = null, token_hash = '', bank = '', last4 = ''
            where (token is not null or last4 <> '') and {_FORGOTTEN}
            """,
            f"""
            update payments_mandate set ref = null, account = ''
            where (ref is not null or account <> '') and {_FORGOTTEN}
            """,
            f"""
            update payments_payout set account = %(blank)s, holder = %(blank)s, label = ''
            where label <> '' and {_FORGOTTEN}
            """,
            f"""
            update lending_application set wallet = null, label = '', decision = %(blank)s, question = ''
            where label <> '' and {_FORGOTTEN}
            """,
            "select anqi_forget_papers()",
        ),
    ),
)  # fmt: skip
