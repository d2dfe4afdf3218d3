"""Migration operations that keep one set of migrations good for a laptop and for a cluster."""

from typing import Any

from django.db.migrations.operations.base import Operation


class _Statement(Operation):
    """One SQL statement; the state that Django keeps of the models stays as it is."""

    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        pass


class Execute(_Statement):
    """One statement written by hand, the same everywhere; what it makes is told by its name."""

    def __init__(self, name: str, statement: str) -> None:
        self.name, self.statement = name, statement

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(self.statement, params=None)

    def describe(self) -> str:
        return self.name


class _OnCluster(_Statement):
    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("select 1 from pg_extension where extname = 'citus'")
            if cursor.fetchone():
                cursor.execute("set local citus.multi_shard_modify_mode = 'sequential'")
                cursor.execute(*self._sql())

    def _sql(self) -> tuple[str, list[str]]:
        raise NotImplementedError


class Distribute(_OnCluster):
    """Spreads a borrower's table over the cluster by its borrower; nothing on one machine."""

    def __init__(self, table: str, column: str = "borrower_id") -> None:
        self.table, self.column = table, column

    def _sql(self) -> tuple[str, list[str]]:
        return "select create_distributed_table(%s, %s)", [self.table, self.column]

    def describe(self) -> str:
        return f"Distribute {self.table} by {self.column}"


class Reference(_OnCluster):
    """Copies a small table to every node of a cluster; nothing on one machine."""

    def __init__(self, table: str) -> None:
        self.table = table

    def _sql(self) -> tuple[str, list[str]]:
        return "select create_reference_table(%s)", [self.table]

    def describe(self) -> str:
        return f"Keep {self.table} on every node"


class SameBorrower(_Statement):
    """A foreign key over (borrower_id, column): a row cannot point at another borrower's row."""

    def __init__(self, table: str, column: str, to: str) -> None:
        self.table, self.column, self.to = table, column, to

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(
            f"alter table {self.table} add constraint {self.table}_{self.column}_same_borrower"
            f" foreign key (borrower_id, {self.column}) references {self.to} (borrower_id, id)"
            " deferrable initially deferred"
        )

    def describe(self) -> str:
        return f"{self.table}.{self.column} names a {self.to} of the same borrower"


class AppendOnly(_Statement):
    """Rows of this table are added, never changed or removed, whoever asks."""

    def __init__(self, table: str) -> None:
        self.table = table

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        # A cluster takes triggers on a spread table only when told so; elsewhere this is a mere placeholder.
        schema_editor.execute("set local citus.enable_unsafe_triggers = on")
        schema_editor.execute(REFUSE_CHANGE, params=None)
        schema_editor.execute(
            f"create trigger {self.table}_append_only before update or delete on {self.table}"
            " for each row execute function anqi_refuse_change()"
        )

    def describe(self) -> str:
        return f"Rows of {self.table} are only ever added"


# Only what forgets papers and messages whose time is over says that it is forgetting; the application's role may
# change none itself.
REFUSE_CHANGE = """
    create or replace function anqi_refuse_change() returns trigger language plpgsql as $$
    begin
        if current_setting('anqi.forgetting', true) = 'on' then
            if tg_op = 'DELETE' then return old; else return new; end if;
        end if;
        raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
    end $$
"""
