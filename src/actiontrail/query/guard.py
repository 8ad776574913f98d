"""The SQL that a caller may run over their own events, and nothing else. Pure.

A caller writes analysis SQL in the dialect of log services (Presto's, also without FROM) or in
ClickHouse's. It is parsed, every node, table, function and clause of it is checked against what is
listed here, and it is written out again from the tree: no character of the caller's reaches the engine
but inside a quoted name or a quoted string. The one table is `log`; it stands for a sub-select that
the caller does not write, which holds the caller's events and no others.
"""

import difflib
import secrets
from collections.abc import Callable, Iterator
from typing import NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from actiontrail.errors import Refusal
from actiontrail.query.functions import ALLOWED_CLASSES, ALLOWED_NAMES, REWRITES

TABLE = "log"
SQL_BYTES_MAX = 64 * 1024
NODES_MAX = 5_000
DEPTH_MAX = 100
_DIALECTS = ("presto", "clickhouse")

Resolve = Callable[[str], str | None]


class BadSql(Refusal):
    """The SQL says something that we do not understand, or will not do."""


class Guarded(NamedTuple):
    """SQL that was found harmless. `fields` are the event's fields that it reads, as `over` needs them."""

    fields: tuple[str, ...]
    text: str
    mark: str

    def over(self, source: str) -> str:
        """The ClickHouse SELECT that reads `source`, a SELECT that gives each of `fields` under its own name."""
        return self.text.replace(self.mark, f"({source})")


def guard(sql: str, *, resolve: Resolve, everything: tuple[str, ...]) -> Guarded:
    """`sql`, checked. Raises `BadSql`, which says what to write instead.

    `resolve` gives the full name of an event's field (`event.userIdentity.userName`) for the name that
    the caller used, or nothing if there is no such field; `everything` are the fields that `*` means.
    """
    tree = _read_log_where_nothing_is_read(_checked(sql))
    _check_tables(tree)
    fields = _name_fields(tree, resolve, everything)
    mark = f"source_{secrets.token_hex(12)}"
    _put_source(tree, mark)
    try:
        spoken = tree.transform(_rewrite)
    except ValueError as error:
        raise BadSql(str(error)) from error
    try:
        text = spoken.sql(dialect="clickhouse", comments=False, unsupported_level=sqlglot.ErrorLevel.RAISE)
    except SqlglotError as error:
        raise BadSql(f"the SQL uses something that cannot be run here: {error}") from error
    return Guarded(tuple(sorted(fields)), text, mark)


def _checked(sql: str) -> exp.Query:
    """The tree of `sql` in the first dialect in which every part of it is allowed."""
    if len(sql.encode()) > SQL_BYTES_MAX:
        raise BadSql(f"the SQL is longer than {SQL_BYTES_MAX} bytes")
    problems: list[BadSql] = []
    for dialect in _DIALECTS:
        try:
            tree = _parse(sql, dialect)
            _check_shape(tree)
            _check_nodes(tree)
        except BadSql as problem:
            problems.append(problem)
        else:
            return tree
    raise problems[0]


def _parse(sql: str, dialect: str) -> exp.Query:
    try:
        statements = [statement for statement in sqlglot.parse(sql, read=dialect) if statement is not None]
    except SqlglotError as error:
        raise BadSql(f"the SQL cannot be parsed: {_where(error)}") from error
    except RecursionError:
        raise BadSql("the SQL is nested too deeply") from None
    if len(statements) != 1:
        raise BadSql(f"one SELECT is wanted, and these are {len(statements)} statements")
    tree = statements[0]
    if not isinstance(tree, exp.Select | exp.SetOperation):
        raise BadSql(f"only SELECT is allowed, not {tree.key.upper()}: events are read here, never changed")
    return tree


def _where(error: SqlglotError) -> str:
    """The place and the complaint of a parse error, without the terminal's colours."""
    told = getattr(error, "errors", None)
    if not told:
        return str(error).splitlines()[0]
    first = told[0]
    near = first.get("highlight") or ""
    column = max(int(first.get("col") or 1) - max(len(near) - 1, 0), 1)  # the parser tells where a token ends
    return f"line {first.get('line')}, column {column}, at {near or 'the end'!r}: {first.get('description')}"


def _check_shape(tree: exp.Expr) -> None:
    """A bound on size and depth, before anything walks the tree by calling itself."""
    waiting: list[tuple[exp.Expr, int]] = [(tree, 0)]
    seen = 0
    while waiting:
        node, depth = waiting.pop()
        seen += 1
        if seen > NODES_MAX:
            raise BadSql(f"the SQL has more than {NODES_MAX} parts")
        if depth > DEPTH_MAX:
            raise BadSql(f"the SQL is nested more than {DEPTH_MAX} deep")
        waiting.extend((child, depth + 1) for child in node.iter_expressions())


# What a SELECT is made of. A node that is not here is refused, so what the parser learns tomorrow is too.
_PARTS = (
    exp.Select,
    exp.SetOperation,
    exp.Subquery,
    exp.With,
    exp.CTE,
    exp.From,
    exp.Join,
    exp.Table,
    exp.TableAlias,
    exp.Column,
    exp.Dot,
    exp.Identifier,
    exp.Alias,
    exp.Literal,
    exp.Star,
    exp.Where,
    exp.Group,
    exp.Having,
    exp.Order,
    exp.Ordered,
    exp.Limit,
    exp.Offset,
    exp.Distinct,
    exp.Binary,
    exp.Not,
    exp.Neg,
    exp.Paren,
    exp.Tuple,
    exp.Array,
    exp.Bracket,
    exp.In,
    exp.Between,
    exp.Null,
    exp.Boolean,
    exp.Case,
    exp.If,
    exp.Cast,
    exp.DataType,
    exp.DataTypeParam,
    exp.Interval,
    exp.Var,
    exp.Window,
    exp.WindowSpec,
    exp.Filter,
    exp.Lambda,
    exp.Exists,
    exp.JSONPath,
    exp.JSONPathRoot,
    exp.JSONPathKey,
    exp.JSONPathSubscript,
)
_NOT_PARTS = (exp.Parameter, exp.Placeholder, exp.SessionParameter, exp.PropertyEQ, exp.Kwarg)
_QUERY_CLAUSES = frozenset(
    {
        "with_",
        "kind",
        "expressions",
        "distinct",
        "from_",
        "joins",
        "where",
        "group",
        "having",
        "order",
        "limit",
        "offset",
        "this",
        "expression",
        "by_name",
        "side",
        "alias",
    }
)


def _check_nodes(tree: exp.Expr) -> None:
    for node in tree.walk():
        if isinstance(node, exp.Func) and not isinstance(node, _PARTS):
            _check_function(node)
        elif not isinstance(node, _PARTS) or isinstance(node, _NOT_PARTS):
            raise BadSql(f"{_said(node)} is not allowed here")
        if isinstance(node, exp.Query):
            _check_clauses(node)
        if isinstance(node, exp.Limit | exp.Offset):
            _check_limit(node)
        if isinstance(node, exp.Table):
            _check_table_shape(node)
        if isinstance(node, exp.Join):
            _check_join(node)


def _check_function(node: exp.Func) -> None:
    name = node.name if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc | exp.ParameterizedAgg) else ""
    if isinstance(node, exp.CombinedAggFunc):
        name = node.name
    if name:
        if name.lower() not in ALLOWED_NAMES:
            raise BadSql(f"there is no function {name} here{_near(name.lower(), ALLOWED_NAMES)}")
    elif type(node).__name__ not in ALLOWED_CLASSES:
        raise BadSql(f"the function {node.sql_name()} is not allowed here")


def _check_clauses(node: exp.Query) -> None:
    for clause, value in node.args.items():
        if value and clause not in _QUERY_CLAUSES:
            raise BadSql(f"the clause {clause.strip('_').upper()} is not allowed here")
    if isinstance(node, exp.Select) and not node.expressions:
        raise BadSql("SELECT of what? Name columns, or write *")
    with_ = node.args.get("with_")
    if with_ is not None and with_.args.get("recursive"):
        raise BadSql("WITH RECURSIVE is not allowed here")


def _check_join(node: exp.Join) -> None:
    if node.args.get("using"):
        raise BadSql("JOIN … USING is not allowed here; write JOIN … ON")
    if not isinstance(node.this, exp.Table | exp.Subquery) or node.args.get("kind") == "ARRAY":
        raise BadSql(
            f"{_said(node.this)} cannot be joined; arrayJoin(…) in the list of columns unfolds an array"
        )


def _check_limit(node: exp.Expr) -> None:
    for part in (node.args.get("expression"), node.args.get("offset")):
        if part is not None and not (
            isinstance(part, exp.Literal) and not part.is_string and part.name.isdigit()
        ):
            raise BadSql("LIMIT and OFFSET want a plain number")
    if node.args.get("expressions"):
        raise BadSql("LIMIT … BY is not allowed here")


def _check_table_shape(node: exp.Table) -> None:
    if not isinstance(node.this, exp.Identifier):
        raise BadSql(
            f"{_said(node)} is not a table: the only one is {TABLE}, and functions that make tables are not allowed"
        )
    for clause, value in node.args.items():
        if value and clause not in {"this", "alias", "joins"}:
            raise BadSql(f"{_said(node)}: the only table is {TABLE}, named alone")


def _read_log_where_nothing_is_read(tree: exp.Query) -> exp.Query:
    """SQL of log services has no FROM: it reads what the search before the `|` found."""
    for select in list(tree.find_all(exp.Select)):
        if select.args.get("from_") is None and (
            select is tree or isinstance(select.parent, exp.SetOperation | exp.CTE)
        ):
            select.set("from_", exp.From(this=exp.to_table(TABLE)))
    return tree


def _check_tables(tree: exp.Expr) -> None:
    mine = {cte.alias for cte in tree.find_all(exp.CTE)}
    if TABLE in {name.lower() for name in mine}:
        raise BadSql(f"{TABLE} is the table of your events; name the WITH query otherwise")
    for table in tree.find_all(exp.Table):
        if table.name not in mine and table.name.lower() != TABLE:
            raise BadSql(f"there is no table {table.name}: the only one is {TABLE}, your own events")


def _name_fields(tree: exp.Expr, resolve: Resolve, everything: tuple[str, ...]) -> set[str]:
    """Give every field its full, quoted name; the set of them. Names made in the SQL itself are left."""
    made = set(_made_names(tree))
    fields: set[str] = set()
    for node in list(tree.find_all(exp.Column, exp.Dot)):
        if isinstance(node.parent, exp.Dot) or (
            isinstance(node, exp.Column) and isinstance(node.this, exp.Star)
        ):
            continue
        parts = list(_steps(node))
        full = ".".join(parts)
        known = resolve(full)
        if known is None and len(parts) > 1 and parts[0].lower() == TABLE:
            known = resolve(".".join(parts[1:]))
        if parts[-1] in made and (known is None or len(parts) == 1):
            _quote(node)
            continue
        if known is None:
            raise BadSql(f"there is no field {full}{_near(full, everything)}")
        fields.add(known)
        node.replace(exp.column(exp.to_identifier(known, quoted=True)))
    if any(not isinstance(star.parent, exp.Count) for star in tree.find_all(exp.Star)):
        fields.update(everything)
    return fields


def _made_names(tree: exp.Expr) -> Iterator[str]:
    """The names that the SQL itself makes: aliases, and the parameters of lambdas."""
    for node in tree.walk():
        if isinstance(node, exp.Alias | exp.CTE | exp.Subquery):
            yield node.alias
        elif isinstance(node, exp.TableAlias):
            yield from (column.name for column in node.columns)
        elif isinstance(node, exp.Lambda):
            yield from (parameter.name for parameter in node.expressions)


def _steps(node: exp.Expr) -> Iterator[str]:
    if isinstance(node, exp.Dot):
        yield from _steps(node.this)
        yield from _steps(node.expression)
    elif isinstance(node, exp.Column):
        yield from (part.name for part in node.parts)
    else:
        yield node.name


def _quote(node: exp.Expr) -> None:
    for identifier in node.find_all(exp.Identifier):
        identifier.set("quoted", True)  # noqa: FBT003


def _put_source(tree: exp.Expr, mark: str) -> None:
    """Every `log` becomes the sub-select that holds the caller's events."""
    for table in list(tree.find_all(exp.Table)):
        if table.name.lower() == TABLE:
            name = table.alias or TABLE
            source = exp.to_table(mark)
            source.set("alias", exp.TableAlias(this=exp.to_identifier(name, quoted=True)))
            source.set("joins", table.args.get("joins"))
            table.replace(source)


def _rewrite(node: exp.Expr) -> exp.Expr:
    rewrite = REWRITES.get(type(node).__name__) or REWRITES.get(
        node.name.lower() if isinstance(node, exp.Anonymous) else ""
    )
    return rewrite(node) if rewrite is not None else node


def _said(node: exp.Expr) -> str:
    """What the caller wrote, cut to a readable length."""
    text = node.sql(dialect="clickhouse")
    return text if len(text) <= 60 else f"{text[:60]}…"


def _near(name: str, names: object) -> str:
    close = difflib.get_close_matches(name, list(names), n=3)  # type: ignore[call-overload]
    return f"; did you mean {' or '.join(close)}?" if close else ""
