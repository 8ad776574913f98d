"""Advanced queries: templates that an account keeps, the history of its questions, scenes and their templates.

A question is a selector, or a selector and SQL after `|`. Templates are kept as they are given, readable or not;
whether one can be run is what `DryRun` tells.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from actiontrail.api.operations.table import Call, Field, InvalidParameter, Operation, Parameter, Spec
from actiontrail.errors import Refusal
from actiontrail.query import scenes
from actiontrail.query.saved import Change, Kept, Saved, TooManyTemplates, UnknownTemplate

VERSION = "2020-07-06"
SQL_CHARS_MAX = 20_000
NAME_CHARS_MAX = 64
PAGE_MAX = 100
RUNNABLE = "success"  # what a dry run says of a question that can be run

Check = Callable[[str, str], None]


class UnknownScene(Refusal):
    """No scene has this id."""


_TEMPLATE_ID = Parameter(name="TemplateId", required=True, note="The template's id, `utpl-…`.")
_SIMPLE = Parameter(
    name="SimpleQuery",
    kind="boolean",
    required=True,
    note="Whether the question is made of conditions alone, as a form makes them.",
)
_NAME = Parameter(name="TemplateName", chars=NAME_CHARS_MAX, note="A name; two templates may have the same.")
_SQL = Parameter(
    name="TemplateSql", required=True, chars=SQL_CHARS_MAX, note="A selector, with or without SQL after `|`."
)
_PAGE = (
    Parameter(name="PageNumber", kind="integer", least=1, default=1, note="Which page, from 1."),
    Parameter(name="PageSize", kind="integer", least=1, most=PAGE_MAX, default=20, note="Of a page."),
)
_LANGUAGE = Parameter(
    name="AcceptLanguage", note="Language of names and texts; anything but `zh-CN` means English."
)


def _kept_fields(simple: Field, *, always: bool = True) -> tuple[Field, ...]:
    return (
        Field(name="TemplateId", note="Its id.", always=always),
        Field(name="TemplateName", note="Its name; empty if it has none.", always=always),
        Field(name="TemplateSql", note="The question.", always=always),
        simple,
    )


_AS_TEXT = Field(name="SimpleQuery", note="`true` or `false`: a string here.")
_AS_FLAG = Field(name="SimpleQuery", kind="boolean", note="A boolean here.")
_QUESTION = (
    Field(name="QueryId", note="The id of the question; empty after a dry run."),
    Field(name="QuerySql", note="The question."),
    Field(name="SimpleQuery", kind="boolean", note="As it was given."),
)

CREATE_TEMPLATE = Spec(
    name="CreateAdvancedQueryTemplate",
    version=VERSION,
    summary="Keep a question under a name.",
    parameters=(_SIMPLE, _SQL, _NAME),
    action="actiontrail:CreateAdvancedQueryTemplate",
    answer=_kept_fields(_AS_TEXT),
    errors=(InvalidParameter, TooManyTemplates),
)
UPDATE_TEMPLATE = Spec(
    name="UpdateAdvancedQueryTemplate",
    version=VERSION,
    summary="Change a template; what is not given stays.",
    parameters=(
        _TEMPLATE_ID,
        _SIMPLE,
        _NAME,
        Parameter(name="TemplateSql", chars=SQL_CHARS_MAX, note=_SQL.note),
    ),
    action="actiontrail:UpdateAdvancedQueryTemplate",
    answer=_kept_fields(_AS_TEXT),
    errors=(InvalidParameter, UnknownTemplate),
)
GET_TEMPLATE = Spec(
    name="GetAdvancedQueryTemplate",
    version=VERSION,
    summary="One template. Of an id that there is not, the answer has the request id alone.",
    parameters=(_TEMPLATE_ID,),
    action="actiontrail:GetAdvancedQueryTemplate",
    answer=_kept_fields(Field(name="SimpleQuery", kind="boolean", always=False), always=False),
)
LIST_TEMPLATES = Spec(
    name="DescribeAdvancedQueryTemplate",
    version=VERSION,
    summary="The account's templates, newest first.",
    parameters=(
        Parameter(name="TemplateName", note="A part of the name, in any case; not given: all."),
        *_PAGE,
    ),
    action="actiontrail:DescribeAdvancedQueryTemplate",
    answer=(
        Field(
            name="TemplatePage",
            kind="object",
            fields=(
                Field(name="PageNumber", note="The page, as a string."),
                Field(name="PageSize", note="Its size, as a string."),
                Field(name="Total", kind="integer", note="How many there are in all."),
                Field(name="TemplateList", kind="object", many=True, fields=_kept_fields(_AS_FLAG)),
            ),
        ),
    ),
    errors=(InvalidParameter,),
)
DELETE_TEMPLATE = Spec(
    name="DeleteAdvancedQueryTemplate",
    version=VERSION,
    summary="Delete a template; one that there is not is deleted already.",
    parameters=(Parameter(name="TemplateId", note=_TEMPLATE_ID.note),),
    action="actiontrail:DeleteAdvancedQueryTemplate",
)
CREATE_HISTORY = Spec(
    name="CreateAdvancedQueryHistory",
    version=VERSION,
    summary="Remember that a question was asked, or try whether it can be run.",
    parameters=(
        _SIMPLE,
        Parameter(name="QuerySql", chars=SQL_CHARS_MAX, note=_SQL.note),
        Parameter(name="DryRun", kind="boolean", default=False, note="Only try; remember nothing."),
    ),
    action="actiontrail:CreateAdvancedQueryHistory",
    answer=(
        *_QUESTION,
        Field(
            name="DryRunResult",
            always=False,
            note=f"Of a dry run: `{RUNNABLE}`, or why the question cannot be run.",
        ),
    ),
    errors=(InvalidParameter,),
)
LIST_HISTORY = Spec(
    name="DescribeAdvancedQueryHistory",
    version=VERSION,
    summary="What the account asked, newest first.",
    action="actiontrail:DescribeAdvancedQueryHistory",
    answer=(
        Field(
            name="QueryHistoryList",
            kind="object",
            many=True,
            fields=(*_QUESTION, Field(name="TimeStamp", note="When, in milliseconds since 1970; a string.")),
        ),
    ),
)
DELETE_HISTORY = Spec(
    name="DeleteAdvancedQueryHistory",
    version=VERSION,
    summary="Forget a question; one that is not there is forgotten already.",
    parameters=(Parameter(name="QueryId", required=True, note="The question's id, `query-…`."),),
    action="actiontrail:DeleteAdvancedQueryHistory",
)
LIST_SCENES = Spec(
    name="DescribeScenes",
    version=VERSION,
    summary="The kinds of questions that there are templates for.",
    parameters=(
        Parameter(name="SearchCode", note="A word in a scene's or its templates' texts, in any case."),
        _LANGUAGE,
    ),
    action="actiontrail:DescribeScenes",
    answer=(
        Field(
            name="SceneList",
            kind="object",
            many=True,
            fields=(
                Field(name="SceneId", note="Its id, the same in every house."),
                Field(name="Name", note="Its name."),
                Field(name="Description", note="What it is about."),
                Field(name="Token", note="A name for programs."),
                Field(name="Type", note=f"`{scenes.SCENE_TYPE}`."),
            ),
        ),
    ),
)
LIST_SEARCH_TEMPLATES = Spec(
    name="DescribeSearchTemplates",
    version=VERSION,
    summary="The templates of one scene: conditions, and SQL over what they choose.",
    parameters=(Parameter(name="SceneId", required=True, note="The scene's id, `sc-…`."), *_PAGE, _LANGUAGE),
    action="actiontrail:DescribeSearchTemplates",
    answer=(
        Field(name="PageNumber", kind="integer", note="The page."),
        Field(name="PageSize", kind="integer", note="Its size."),
        Field(
            name="TemplateList",
            kind="object",
            many=True,
            fields=(
                Field(name="TemplateId", note="Its id, the same in every house."),
                Field(name="TemplateName", note="Its name."),
                Field(name="Description", note="What it finds."),
                Field(name="SceneId", note="The scene's id."),
                Field(name="Sql", note="SQL over what the conditions choose."),
                Field(name="Params", note="The conditions, a JSON string; they all hold."),
                Field(name="Charts", note="Always `[]`."),
                Field(name="Token", note="A name for programs."),
                Field(name="Type", note=f"`{scenes.TEMPLATE_TYPE}`."),
            ),
        ),
    ),
    errors=(InvalidParameter, UnknownScene),
)
SPECS = (
    CREATE_TEMPLATE,
    UPDATE_TEMPLATE,
    GET_TEMPLATE,
    LIST_TEMPLATES,
    DELETE_TEMPLATE,
    CREATE_HISTORY,
    LIST_HISTORY,
    DELETE_HISTORY,
    LIST_SCENES,
    LIST_SEARCH_TEMPLATES,
)


def operations(saved: Saved, check: Check) -> tuple[Operation, ...]:
    """The operations of this module. `check` raises a `Refusal` for an account's question that cannot be run."""
    return (
        Operation(CREATE_TEMPLATE, partial(_create_template, saved)),
        Operation(UPDATE_TEMPLATE, partial(_update_template, saved)),
        Operation(GET_TEMPLATE, partial(_get_template, saved)),
        Operation(LIST_TEMPLATES, partial(_list_templates, saved)),
        Operation(DELETE_TEMPLATE, partial(_delete_template, saved)),
        Operation(CREATE_HISTORY, partial(_create_history, saved, check)),
        Operation(LIST_HISTORY, partial(_list_history, saved)),
        Operation(DELETE_HISTORY, partial(_delete_history, saved)),
        Operation(LIST_SCENES, _list_scenes),
        Operation(LIST_SEARCH_TEMPLATES, _list_search_templates),
    )


def _create_template(saved: Saved, call: Call) -> Mapping[str, Any]:
    values = call.values
    simple, name, sql = values.flag("SimpleQuery"), values.text("TemplateName"), values.text("TemplateSql")
    return _shown_as_text(saved.keep(call.caller.account, name, sql, simple=simple))


def _update_template(saved: Saved, call: Call) -> Mapping[str, Any]:
    values = call.values
    change = Change(
        values.text("TemplateName") if values.given("TemplateName") else None,
        values.text("TemplateSql") if values.given("TemplateSql") else None,
        values.flag("SimpleQuery"),
    )
    kept = saved.change(call.caller.account, values.text("TemplateId"), change)
    return _shown_as_text(kept)


def _get_template(saved: Saved, call: Call) -> Mapping[str, Any]:
    kept = saved.template(call.caller.account, call.values.text("TemplateId"))
    return {} if kept is None else _shown(kept)


def _list_templates(saved: Saved, call: Call) -> Mapping[str, Any]:
    number, size = call.values.number("PageNumber"), call.values.number("PageSize")
    part = call.values.text("TemplateName")
    count, page = saved.templates(call.caller.account, part, limit=size, offset=(number - 1) * size)
    return {
        "TemplatePage": {
            "PageNumber": str(number),
            "PageSize": str(size),
            "Total": count,
            "TemplateList": [_shown(kept) for kept in page],
        }
    }


def _delete_template(saved: Saved, call: Call) -> Mapping[str, Any]:
    saved.drop(call.caller.account, call.values.text("TemplateId"))
    return {}


def _create_history(saved: Saved, check: Check, call: Call) -> Mapping[str, Any]:
    sql, simple = call.values.text("QuerySql"), call.values.flag("SimpleQuery")
    if not call.values.flag("DryRun"):
        asked = saved.ask(call.caller.account, sql, simple=simple)
        return {"QueryId": asked.id, "QuerySql": sql, "SimpleQuery": simple}
    try:
        check(call.caller.account, sql)
        result = RUNNABLE
    except Refusal as error:
        result = str(error)
    return {"QueryId": "", "QuerySql": sql, "SimpleQuery": simple, "DryRunResult": result}


def _list_history(saved: Saved, call: Call) -> Mapping[str, Any]:
    asked = saved.history(call.caller.account)
    return {
        "QueryHistoryList": [
            {"QueryId": one.id, "QuerySql": one.sql, "SimpleQuery": one.simple, "TimeStamp": str(one.at_ms)}
            for one in asked
        ]
    }


def _delete_history(saved: Saved, call: Call) -> Mapping[str, Any]:
    saved.forget(call.caller.account, call.values.text("QueryId"))
    return {}


def _list_scenes(call: Call) -> Mapping[str, Any]:
    word, language = call.values.text("SearchCode"), call.values.text("AcceptLanguage")
    return {
        "SceneList": [
            {
                "SceneId": scene.id,
                "Name": scene.name.within(language),
                "Description": scene.about.within(language),
                "Token": scene.token,
                "Type": scenes.SCENE_TYPE,
            }
            for scene in scenes.catalogue()
            if scene.speaks_of(word)
        ]
    }


def _list_search_templates(call: Call) -> Mapping[str, Any]:
    scene = scenes.by_id().get(call.values.text("SceneId"))
    if scene is None:
        raise UnknownScene(
            f"there is no scene {call.values.text('SceneId')[:64]!r}; DescribeScenes tells all"
        )
    number, size = call.values.number("PageNumber"), call.values.number("PageSize")
    language = call.values.text("AcceptLanguage")
    return {
        "PageNumber": number,
        "PageSize": size,
        "TemplateList": [
            {
                "TemplateId": template.id,
                "TemplateName": template.name.within(language),
                "Description": template.about.within(language),
                "SceneId": scene.id,
                "Sql": template.sql,
                "Params": template.params(),
                "Charts": "[]",
                "Token": template.token,
                "Type": scenes.TEMPLATE_TYPE,
            }
            for template in scene.template[(number - 1) * size : number * size]
        ],
    }


def _shown(kept: Kept) -> dict[str, Any]:
    return {
        "TemplateId": kept.id,
        "TemplateName": kept.name,
        "TemplateSql": kept.sql,
        "SimpleQuery": kept.simple,
    }


def _shown_as_text(kept: Kept) -> dict[str, Any]:
    return _shown(kept) | {"SimpleQuery": "true" if kept.simple else "false"}
