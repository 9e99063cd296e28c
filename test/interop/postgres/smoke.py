# What a Python client does in a day, with psycopg2 and psycopg 3. Prints one line per step: what the gateway's run prints
# must be what the direct run prints.
import io
import sys

dsn = sys.argv[1]


def say(what, *values):
    print(what, *values)


def with_psycopg2():
    import psycopg2
    import psycopg2.extras

    connection = psycopg2.connect(dsn)
    cursor = connection.cursor()
    cursor.execute("drop table if exists smoke_py")
    cursor.execute("create table smoke_py (id serial primary key, name text, at date, raw bytea, list int[], doc jsonb)")
    rows = [(f"name {n}", "2024-02-03", bytes([n % 256, 0]), [n, n + 1], psycopg2.extras.Json({"n": n})) for n in range(300)]
    psycopg2.extras.execute_values(cursor, "insert into smoke_py (name, at, raw, list, doc) values %s", rows)
    connection.commit()
    cursor.execute("select name, at, raw, list, doc from smoke_py where id = %s", (7,))
    name, at, raw, numbers, doc = cursor.fetchone()
    say("row", name, at, bytes(raw), numbers, doc)
    try:
        cursor.execute("insert into smoke_py (id) values (7)")
    except psycopg2.Error as error:
        say("error", error.pgcode, error.diag.constraint_name)
    connection.rollback()
    named = connection.cursor("named")
    named.itersize = 40
    named.execute("select id from smoke_py order by id")
    say("cursor", sum(n for (n,) in named))
    connection.commit()
    cursor.copy_from(io.StringIO("a\nb\n"), "smoke_py", columns=("name",))
    out = io.StringIO()
    cursor.copy_expert("copy (select name from smoke_py order by id) to stdout with csv", out)
    say("copied", len(out.getvalue()))
    cursor.execute("listen smoke")
    connection.commit()
    cursor.execute("notify smoke, 'told'")
    connection.commit()
    connection.poll()
    say("notified", [one.payload for one in connection.notifies])
    cursor.execute("do $$ begin raise notice 'told'; end $$")
    say("notices", connection.notices)
    connection.close()


def with_psycopg():
    import psycopg

    with psycopg.connect(dsn, autocommit=True) as connection:
        for n in range(8):
            row = connection.execute("select %s::int + 1, %s::text", (n, f"text {n}"), prepare=True).fetchone()
            say("prepared", row)
        say("binary", connection.cursor(binary=True).execute("select 1.5::numeric, '2024-02-03'::date, true").fetchone())
        # 3.1 sends these as one flight where libpq is new enough, else one by one.
        with connection.cursor() as cursor:
            cursor.executemany("insert into smoke_py (name) values (%s)", [(f"many {n}",) for n in range(50)])
            say("many", cursor.rowcount)
            with cursor.copy("copy smoke_py (name) from stdin") as copy:
                for n in range(100):
                    copy.write_row((f"row {n}",))
            with cursor.copy("copy (select name from smoke_py order by id) to stdout (format binary)") as copy:
                say("copied", sum(len(piece) for piece in copy))
        if psycopg.Pipeline.is_supported():
            with connection.pipeline():
                first = connection.execute("select 1")
                second = connection.execute("select 2")
            say("pipeline", first.fetchone(), second.fetchone())
        try:
            with connection.transaction():
                connection.execute("select 1/0")
        except psycopg.Error as error:
            say("error", error.sqlstate)
        say("after", connection.execute("select count(*) from smoke_py").fetchone())


with_psycopg2()
with_psycopg()
