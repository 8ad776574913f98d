"""What a caller's SQL may do, and the many things that it may not."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrail.query.guard import BadSql, Guarded, guard

FIELDS = (
    "__time__",
    "event.errorCode",
    "event.eventName",
    "event.requestParameterJson",
    "event.resourceName",
    "event.resourceType",
    "event.userAgent",
    "event.userIdentity.accountId",
    "event.userIdentity.userName",
)
PATHS = {name.removeprefix("event."): name for name in FIELDS} | {name: name for name in FIELDS}
SOURCE = "SELECT 1"


def check(sql: str) -> Guarded:
    return guard(sql, resolve=PATHS.get, everything=FIELDS)


def told(sql: str) -> str:
    return check(sql).over(SOURCE)


HARMLESS = [
    (
        "a count without FROM, as log services write it",
        'select "event.userIdentity.accountId" as account_id, count(1) as cnt group by account_id limit 1000',
        'SELECT "event.userIdentity.accountId" AS account_id, COUNT(1) AS cnt FROM (SELECT 1) AS "log" GROUP BY "account_id" LIMIT 1000',
    ),
    (
        "a field without quotes and without the prefix",
        "SELECT userIdentity.userName FROM log WHERE errorCode <> ''",
        'SELECT "event.userIdentity.userName" FROM (SELECT 1) AS "log" WHERE "event.errorCode" <> \'\'',
    ),
    (
        "the time as seconds",
        "select date_trunc('hour', from_unixtime(__time__)) as h, count(*) from log group by h order by h desc",
        'SELECT dateTrunc(\'HOUR\', fromUnixTimestamp(toInt64("__time__"))) AS h, COUNT(*) FROM (SELECT 1) AS "log" GROUP BY "h" ORDER BY "h" DESC',
    ),
    (
        "arrays, as the service's own documents use them",
        "select split(\"event.resourceName\", ';') as names, array_position(split(\"event.resourceType\", ';'), 'ACS::ECS::Instance') as at from log",
        "SELECT splitByString(';', \"event.resourceName\") AS names, indexOf(splitByString(';', \"event.resourceType\"), 'ACS::ECS::Instance') AS at FROM (SELECT 1) AS \"log\"",
    ),
    (
        "ClickHouse's own way of counting the most frequent",
        "SELECT topK(5)(eventName), uniqExact(userAgent), countIf(errorCode != '') FROM log",
        'SELECT topK(5)("event.eventName"), uniqExact("event.userAgent"), countIf("event.errorCode" <> \'\') FROM (SELECT 1) AS "log"',
    ),
    (
        "a query within a query",
        "with hourly as (select eventName as n, count(*) as c from log group by n) select max(c) from hourly",
        'WITH hourly AS (SELECT "event.eventName" AS n, COUNT(*) AS c FROM (SELECT 1) AS "log" GROUP BY "n") SELECT MAX("c") FROM hourly',
    ),
]


@pytest.mark.parametrize(
    ("sql", "expected"), [pair[1:] for pair in HARMLESS], ids=[pair[0] for pair in HARMLESS]
)
def test_what_reads_only_the_log_is_said_in_clickhouse(sql: str, expected: str) -> None:
    """An analyst's habits from log services work, and the log is always the sub-select that we put in."""
    assert told(sql) == expected


def test_only_the_fields_that_are_read_are_asked_of_the_source() -> None:
    """The source may be wide; a query over two fields should not pay for the others."""
    assert check("select eventName, count(*) from log where errorCode = '' group by eventName").fields == (
        "event.errorCode",
        "event.eventName",
    )


def test_a_star_asks_for_every_field() -> None:
    """`select *` is the first thing that anyone types."""
    assert check("select * from log limit 10").fields == FIELDS


ATTACKS = [
    "select * from events",
    "select * from system.tables",
    "select * from system.query_log",
    "select * from information_schema.tables",
    "select * from default.events",
    'select * from "default"."events"',
    "select * from log, events",
    "select * from log join events on 1 = 1",
    "select * from log left join system.users on true",
    "select (select count(*) from events) from log",
    "select * from log where eventName in (select name from system.tables)",
    "select * from log where exists (select 1 from events)",
    "select 1 from log union all select password from system.users",
    "select * from log intersect select * from events",
    "with x as (select * from events) select * from x",
    "with log as (select * from events) select * from log",
    "with LOG as (select 1) select * from log",
    "with recursive r as (select 1 union all select * from r) select * from r",
    "select * from file('/etc/passwd', 'LineAsString')",
    "select * from file('/etc/passwd')",
    "select file('/etc/passwd')",
    "select * from url('http://169.254.169.254/', 'LineAsString')",
    "select * from s3('http://x/y', 'CSV')",
    "select * from remote('127.0.0.1', 'system.users')",
    "select * from remoteSecure('a', b, c)",
    "select * from mysql('h:3306', 'd', 't', 'u', 'p')",
    "select * from postgresql('h', 'd', 't', 'u', 'p')",
    "select * from executable('id', 'TSV', 'x String')",
    "select * from merge('default', '.*')",
    "select * from merge(currentDatabase(), 'events')",
    "select * from cluster('c', system.one)",
    "select * from numbers(1000000000000)",
    "select * from generateRandom('a String')",
    "select * from zeros(10)",
    "select * from dictionary('d')",
    "select * from view(select * from events)",
    "select * from input('a String')",
    "select * from values('a String', 'x')",
    "select * from null('a String')",
    "select * from loop(events)",
    "select dictGet('d', 'a', 1) from log",
    "select joinGet('t', 'a', 1) from log",
    "select sleep(3) from log",
    "select sleepEachRow(1) from log",
    "select currentUser() from log",
    "select currentDatabase()",
    "select hostName(), version(), uptime() from log",
    "select getSetting('readonly') from log",
    "select getMacro('x') from log",
    "select catboostEvaluate('/x', 1) from log",
    "select throwIf(1) from log",
    "select addressToLine(1), demangle('x') from log",
    "select addressToSymbol(1) from log",
    "select hasColumnInTable('default', 'events', 'x') from log",
    "select filesystemAvailable() from log",
    "select materialize(1) from log",
    "select initializeAggregation('count', 1) from log",
    "select runningAccumulate(1) from log",
    "select * from log settings max_memory_usage = 0",
    "select * from log settings readonly = 0, allow_introspection_functions = 1",
    "select * from log format JSON",
    "select * from log into outfile '/tmp/x'",
    "select * from log; drop table events",
    "select 1; select 2",
    "drop table events",
    "insert into events select * from log",
    "alter table events delete where 1",
    "create table t as select * from log",
    "truncate table events",
    "optimize table events final",
    "system shutdown",
    "set readonly = 0",
    "attach table x",
    "detach table events",
    "rename table events to e",
    "grant all on *.* to u",
    "kill query where 1",
    "explain select * from log",
    "describe table events",
    "show tables",
    "use system",
    "copy log to '/tmp/x'",
    "call f()",
    "select {account:String} from log",
    "select ? from log",
    "select @@version from log",
    "select :x from log",
    "select * from log as l final",
    "select * from log sample 0.1",
    "select * from log prewhere 1",
    "select * from log array join [1, 2] as x",
    "select * from log limit (select 1)",
    "select * from log limit 10 by eventName",
    "select * from log for update",
    "select account from log",
    "select * from log where other_account = '1'",
    "select `event.eventName`` from events --` from log",
    "select * from log -- \n; drop table events",
    "select * from log /* x */ ; /* y */ drop table events",
    "",
    "   ",
    "select",
    "select from where",
    "not sql at all ((",
    "select " + "(" * 3000 + "1" + ")" * 3000,
    "select " + "1+" * 6000 + "1",
    "select '" + "x" * 70_000 + "'",
    "select cast(1 as Enum8('a' = 1)) from nosuch",
]


@pytest.mark.parametrize("sql", ATTACKS, ids=range(len(ATTACKS)))
def test_what_reaches_for_more_than_ones_own_events_is_refused(sql: str) -> None:
    """Another account's events, the engine's tables, files, the network, settings, writing: all refused before the engine sees it."""
    with pytest.raises(BadSql):
        check(sql)


def test_a_string_cannot_get_out_of_its_quotes() -> None:
    """The SQL is written anew from the tree, so what was a string stays one."""
    assert (
        told("select 'a'' ) from events --' as x from log")
        == "SELECT 'a'' ) from events --' AS x FROM (SELECT 1) AS \"log\""
    )


def test_a_backslash_in_a_presto_string_does_not_open_the_quotes_of_clickhouse() -> None:
    """Presto takes a backslash as itself; ClickHouse would let it escape the closing quote."""
    assert told("select '\\' as x, ' from events -- ' as y from log") == (
        "SELECT '\\\\' AS x, ' from events -- ' AS y FROM (SELECT 1) AS \"log\""
    )


def test_a_misspelt_field_is_met_with_the_likely_one() -> None:
    """At three in the morning nobody remembers whether it is username or userName."""
    with pytest.raises(
        BadSql,
        match=r"there is no field event\.userIdentity\.username; did you mean event\.userIdentity\.userName",
    ):
        check('select "event.userIdentity.username" from log')


@given(st.text(max_size=200))
def test_garbage_is_refused_or_harmless(text: str) -> None:
    """Whatever is typed, the answer is a refusal in words, never a crash."""
    with suppress(BadSql):
        assert f"({SOURCE})" in told(f"select {text} from log")
