"""What a seeded book's rows weigh: by table, for a loan, and for a payment."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from anqi.config.postgres import Postgres

# What one payment adds to each table, as a condition on its rows; tables of which it adds nothing are not named.
_OF_PAYMENTS = {
    "payments_charge": "true",
    "payments_charge_part": "true",
    "payments_channel_order": "true",
    "payments_outbox": "true",
    "payments_exchange": "true",
    "payments_inbox": "true",
    "payments_payment": "true",
    "documents_document": "true",
    "notices_message": "template = 'payment_received'",
    "lending_fact": "kind = 'payment'",
    "ledger_posting": "cause in ('arrival', 'payment')",
}
_Sizes = Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Bytes of each table with its indexes beyond what it took when it was empty, its rows, and a payment's bytes."""

    sizes: _Sizes
    counts: Mapping[str, int]
    of_a_payment: Mapping[str, float]

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    @property
    def bytes_per_loan(self) -> int:
        return round(sum(self.sizes.values()) / self.counts["lending_loan"])

    @property
    def bytes_per_payment(self) -> int:
        return round(sum(self.of_a_payment.values()))

    def show(self) -> None:
        """Prints the tables, the heaviest first."""
        print(f"{'table':<26}{'rows':>10}{'bytes a row':>13}{'a loan':>9}{'a payment':>11}")
        for table in sorted(self.sizes, key=lambda table: -self.sizes[table]):
            size, count = self.sizes[table], self.counts[table]
            shares = f"{size / count:>13.0f}{size / self.counts['lending_loan']:>9.0f}"
            print(f"{table:<26}{count:>10}{shares}{self.of_a_payment.get(table, 0):>11.0f}")


class Scales:
    """A server's tables, put on the scales while they are empty and again with a book in them."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        with self._connected() as connection:
            self._empty = _sizes(connection)

    def weigh(self) -> Weights:
        """What has been added since."""
        with self._connected() as connection:
            now = _sizes(connection)
            sizes = {table: size - self._empty[table] for table, size in now.items() if size > self._empty[table]}
            counts = {table: _count(connection, table) for table in sizes}
            added_to = _OF_PAYMENTS.keys() & sizes.keys()
            of_payments = {table: _count(connection, table, _OF_PAYMENTS[table]) for table in added_to}
        payments = of_payments["lending_fact"]
        each = {table: sizes[table] / counts[table] * count / payments for table, count in of_payments.items()}
        return Weights(sizes=sizes, counts=counts, of_a_payment=each)

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self._server.dsn(), autocommit=True) as connection:
            yield connection


def _sizes(connection: psycopg.Connection) -> _Sizes:
    return dict(connection.execute("select relname, pg_total_relation_size(relid) from pg_stat_user_tables").fetchall())


def _count(connection: psycopg.Connection, table: str, where: str = "true") -> int:
    found = connection.execute(f"select count(*) from {table} where {where}").fetchone()
    assert found
    return int(found[0])
