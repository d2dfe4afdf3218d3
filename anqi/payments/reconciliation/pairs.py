"""Which of their rows is which of ours: from the surest likeness to the least."""

from anqi.rows import sql


def pair() -> None:
    """Every row of either side that has its like on the other, once."""
    for likeness in ("part, key, ref, amount", "part, key, ref", "part, key, amount", "part, key"):
        sql.fetch(_PAIR.format(columns=likeness), [])
        sql.fetch("analyze paired", [])
    sql.fetch(_PAIR_UNKNOWN, [])


# Of several alike the first is paired with the first.
_PAIR = """
    insert into paired
    select t.line, o.id
    from (
        select line, {columns}, row_number() over (partition by {columns} order by line) as nth
        from told
        where part not in ('unknown', 'other', 'cost') and not exists (select from paired p where p.line = told.line)
    ) t
    join (
        select id, {columns}, row_number() over (partition by {columns} order by is_today desc, id) as nth
        from ours where not exists (select from paired p where p.id = ours.id)
    ) o using ({columns}, nth)
"""
_PAIR_UNKNOWN = """
    insert into paired
    select t.line, o.id
    from (
        select line, key, row_number() over (partition by key order by line) as nth from told where part = 'unknown'
    ) t
    join (
        select id, key, row_number() over (partition by key order by is_today desc, id) as nth
        from ours where not exists (select from paired p where p.id = ours.id)
    ) o using (key, nth)
"""
