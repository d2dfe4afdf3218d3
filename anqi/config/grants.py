"""What the database role of the application may do: add facts and postings, never change them."""

from django.apps import apps
from django.db import connection, transaction
from psycopg import sql

from anqi.config.backups import APPLICATION_ROLE


def apply() -> None:
    """Makes the role and grants it what it needs, and nothing more. The owner calls it after migrating."""
    role = sql.Identifier(APPLICATION_ROLE)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select 1 from pg_roles where rolname = %s", [APPLICATION_ROLE])
        if not cursor.fetchone():
            cursor.execute(sql.SQL("create role {} nologin").format(role))
        cursor.execute(sql.SQL("grant {} to current_user").format(role))
        for statement in _GRANTS:
            cursor.execute(sql.SQL(statement).format(role=role))
        for table in append_only_tables():
            revoke = sql.SQL("revoke update, delete, truncate on {} from {}")
            cursor.execute(revoke.format(sql.Identifier(table), role))


def append_only_tables() -> list[str]:
    """The tables whose rows are never changed, by their models' own word."""
    return [model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False)]


_GRANTS = (
    "grant usage on schema public to {role}",
    "grant select, insert, update, delete on all tables in schema public to {role}",
    "grant usage, select on all sequences in schema public to {role}",
    "grant execute on all functions in schema public to {role}",
)
