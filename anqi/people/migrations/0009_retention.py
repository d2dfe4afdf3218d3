"""Forgetting who somebody was, once the law no longer wants it kept."""

from django.db import migrations, models

from anqi.rows.operations import REFUSE_CHANGE, Execute

# As the owner, because the application's role may change no paper. It can blank those of the forgotten and no others.
_FORGET_PAPERS = """
    create or replace function anqi_forget_papers() returns bigint
    language plpgsql security definer set search_path = public as $$
    declare
        papers bigint;
    begin
        perform set_config('anqi.forgetting', 'on', true);
        update lending_agreement set body = ''
        where body <> '' and borrower_id in (select id from people_borrower where forgotten_at is not null);
        get diagnostics papers = row_count;
        update lending_amendment set body = ''
        where body <> '' and borrower_id in (select id from people_borrower where forgotten_at is not null);
        update documents_certificate set body = ''
        where body <> '' and borrower_id in (select id from people_borrower where forgotten_at is not null);
        perform set_config('anqi.forgetting', '', true);
        return papers;
    end $$
"""

# What gateways said of messages that go, which nobody else may delete either.
_FORGET_WORDS = """
    create or replace function anqi_forget_words(before timestamptz) returns void
    language plpgsql security definer set search_path = public as $$
    begin
        perform set_config('anqi.forgetting', 'on', true);
        delete from notices_message_word w using notices_message m
        where m.id = w.message_id and (
            m.created_at < before
            or m.borrower_id in (select id from people_borrower where forgotten_at is not null)
        );
        perform set_config('anqi.forgetting', '', true);
    end $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0008_closing"),
    ]

    operations = [
        migrations.AddField(
            model_name="borrower",
            name="forgotten_at",
            field=models.DateTimeField(null=True),
        ),
        Execute("Let forgetting through", REFUSE_CHANGE),
        Execute("Forget papers", _FORGET_PAPERS),
        Execute("Forget words", _FORGET_WORDS),
    ]
