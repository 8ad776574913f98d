"""The functions that analysis SQL may call, and how those of log services are said in ClickHouse. Pure.

None of them reads a file, a table, a dictionary, a setting or a clock that tells of anything but the
time, and none sleeps. What is not here is refused.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlglot import exp

# By the parser's name of what it knows: aggregates, text, numbers, time, arrays, JSON, conditions.
ALLOWED_CLASSES = frozenset(
    """
    Count CountIf Sum Avg Min Max AnyValue ArgMax ArgMin ArrayAgg ArrayUniqueAgg ApproxDistinct
    ApproxQuantile Quantile Median Stddev StddevPop StddevSamp Variance VariancePop GroupConcat
    ArrayConcatAgg LogicalAnd LogicalOr RowNumber Rank DenseRank Lag Lead FirstValue LastValue Ntile
    Lower Upper Length Trim Substring Concat ConcatWs Replace StrPosition StartsWith EndsWith
    Contains Split SplitPart RegexpLike RegexpExtract RegexpReplace RegexpExtractAll RegexpILike
    Reverse Left Right Repeat Pad Ascii Levenshtein Abs Round Floor Ceil Sqrt Pow Ln Log Exp
    Greatest Least Sign Mod UnixToTime TimeToUnix TimeToStr StrToTime TimestampTrunc DateTrunc
    DateAdd DateSub DateDiff TimestampDiff TsOrDsDiff TsOrDsAdd TsOrDsToDate TsOrDsToTimestamp
    CurrentTimestamp CurrentDate Year Quarter Month Week Day Hour Minute Second DayOfWeek DayOfMonth
    DayOfYear DayOfWeekIso WeekOfYear Extract Date ToDays ArrayContains ArraySize ArrayPosition
    ArrayDistinct ArraySort SortArray ArraySum ArrayMax ArrayMin Transform ArrayFilter ArrayToString
    ArrayConcat ArraySlice ArrayOverlaps Explode Flatten GenerateSeries JSONExtract
    JSONExtractScalar JSONCast ParseJSON Coalesce Nullif If Case Cast TryCast Try And Or Xor Not Hex
    MD5 SHA SHA2
    """.split()
)

# By name, in lower case: ClickHouse's own that the parser passes through, and log services' that are rewritten.
ALLOWED_NAMES = frozenset(
    """
    count countif sum sumif avg avgif min minif max maxif any anylast anyif argmax argmin uniq
    uniqexact uniqif uniqexactif uniqcombined grouparray groupuniqarray grouparrayif
    groupuniqarrayif topk topkweighted quantile quantiles quantileexact median stddevpop stddevsamp
    varpop varsamp entropy simplelinearregression lower upper lowerutf8 upperutf8 length lengthutf8
    empty notempty position positioncaseinsensitive locate startswith endswith splitbychar
    splitbystring splitbyregexp arraystringconcat concat substring substringutf8 trim trimleft
    trimright replaceone replaceall replaceregexpone replaceregexpall match extract extractall like
    ilike multisearchany domain domainwithoutwww topleveldomain cuttofirstsignificantsubdomain
    protocol path querystring extracturlparameter url_extract_host url_extract_path tostring toint64
    toint64orzero toint64ornull tofloat64 tofloat64orzero tofloat64ornull touint64 touint64orzero
    todate todate32 todatetime todatetime64 toyear tomonth todayofmonth todayofweek tohour tominute
    tosecond tostartofsecond tostartofminute tostartoffiveminutes tostartoffifteenminutes
    tostartofhour tostartofday tostartofweek tostartofmonth tostartofquarter tostartofyear
    tostartofinterval tounixtimestamp fromunixtimestamp formatdatetime datediff dateadd datesub
    adddays addhours addminutes subtractdays subtracthours now today yesterday has hasall hasany
    indexof arrayelement arrayjoin arraymap arrayfilter arraycount arraydistinct arraysort
    arrayreversesort arrayexists arrayall arrayconcat arrayslice arrayuniq arrayzip arraysum
    arrayenumerate range mapkeys mapvalues jsonextract jsonextractstring jsonextractint
    jsonextractfloat jsonextractbool jsonextractraw jsonextractkeys jsonextractarrayraw jsonhas
    jsonlength json_value json_query isvalidjson if multiif ifnull nullif coalesce isnull isnotnull
    assumenotnull tonullable greatest least abs round floor ceil isipv4string isipv6string
    isipaddressinrange ipv4cidrtorange ipv4stringtonum ipv4numtostring cityhash64 md5 sha256 hex
    row_number rank dense_rank lag lead first_value last_value json_extract_long json_extract_double
    json_extract_bool json_array_length json_parse time_series histogram
    """.split()
)

_STEP = re.compile(r"([1-9]\d{0,3})([smhd])", re.ASCII)
_UNITS = {"s": "Second", "m": "Minute", "h": "Hour", "d": "Day"}

Rewrite = Callable[[exp.Expr], exp.Expr]


def _call(name: str, *arguments: exp.Expr | None) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=[argument for argument in arguments if argument is not None])


def _split_part(node: exp.Expr) -> exp.Expr:
    pieces = _call("splitByString", node.args["delimiter"], node.this)
    return _call("arrayElement", pieces, node.args["part_index"])


def _regexp_extract(node: exp.Expr) -> exp.Expr:
    group = node.args.get("group")
    if group is not None and group.name == "0":
        return _call("regexpExtract", node.this, node.expression, group)
    return (
        _call("regexpExtract", node.this, node.expression, group)
        if group is not None
        else _call("extract", node.this, node.expression)
    )


def _quantile(node: exp.Expr) -> exp.Expr:
    return exp.ParameterizedAgg(this="quantile", expressions=[node.args["quantile"]], params=[node.this])


def _date_diff(node: exp.Expr) -> exp.Expr:
    unit = node.args.get("unit")
    name = exp.Literal.string(unit.name.lower() if unit is not None else "day")
    return _call("dateDiff", name, node.expression, node.this)


def _to_datetime(node: exp.Expr) -> exp.Expr:
    return _call("fromUnixTimestamp", _call("toInt64", node.this))


def _truncated(node: exp.Expr) -> exp.Expr:
    """A log service cuts Unix seconds as well as moments."""
    if isinstance(node.this, exp.Column) and node.this.name == "__time__":
        node.set("this", _to_datetime(node))
    return node


def _time_series(node: exp.Expr) -> exp.Expr:
    """`time_series(__time__, '1h', format, padding)`: the step in which a moment lies. Steps without a row stay out."""
    arguments: list[exp.Expr | None] = [*node.expressions, None, None, None]
    step, form = arguments[1], arguments[2]
    found = _STEP.fullmatch(step.name) if isinstance(step, exp.Literal) else None
    if found is None or not isinstance(form, exp.Literal):
        raise ValueError("time_series wants a step such as '1h' and a format such as '%H:%i'")
    length = _call(f"toInterval{_UNITS[found[2]]}", exp.Literal.number(int(found[1])))
    begun = _call("toStartOfInterval", _to_datetime(exp.UnixToTime(this=node.expressions[0])), length)
    return _call("formatDateTime", begun, form)


def _is_null(node: exp.Expr) -> exp.Expr:
    """A field that an event does not have is an empty string here, and null to those who know log services."""
    field = isinstance(node.this, exp.Column) and node.this.name.startswith("event")
    return _call("empty", node.this) if field and isinstance(node.expression, exp.Null) else node


def _renamed(name: str, *parts: str) -> Rewrite:
    def rewrite(node: exp.Expr) -> exp.Expr:
        arguments = (
            node.expressions
            if isinstance(node, exp.Anonymous)
            else [node.args.get(part) for part in parts or ("this",)]
        )
        return _call(name, *arguments)

    return rewrite


REWRITES: Mapping[str, Rewrite] = MappingProxyType(
    {
        "ArrayPosition": _renamed("indexOf", "this", "expression"),
        "ArrayAgg": _renamed("groupArray"),
        "ApproxQuantile": _quantile,
        "DateDiff": _date_diff,
        "DayOfMonth": _renamed("toDayOfMonth"),
        "DayOfWeek": _renamed("toDayOfWeek"),
        "DayOfWeekIso": _renamed("toDayOfWeek"),
        "DateTrunc": _truncated,
        "Hour": _renamed("toHour"),
        "Is": _is_null,
        "Minute": _renamed("toMinute"),
        "Month": _renamed("toMonth"),
        "RegexpExtract": _regexp_extract,
        "Second": _renamed("toSecond"),
        "SplitPart": _split_part,
        "StrToTime": _renamed("parseDateTime", "this", "format"),
        "TimestampTrunc": _truncated,
        "TimeToUnix": _renamed("toUnixTimestamp"),
        "Try": lambda node: node.this,
        "UnixToTime": _to_datetime,
        "Year": _renamed("toYear"),
        "histogram": lambda node: _call("sumMap", _call("map", *node.expressions, exp.Literal.number(1))),
        "time_series": _time_series,
        "url_extract_host": _renamed("domain"),
        "url_extract_path": _renamed("path"),
        "json_extract_long": _renamed("JSONExtractInt"),
        "json_extract_double": _renamed("JSONExtractFloat"),
        "json_extract_bool": _renamed("JSONExtractBool"),
        "json_array_length": _renamed("JSONLength"),
        "json_parse": _renamed("toString"),
    }
)
