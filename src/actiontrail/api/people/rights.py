"""Policies before they are used, and why somebody may do something or may not: `/v1/access/check-policy`, `…/simulate`.

One function for each address; their rows are in `routes.py`. The same engine answers here and at the gate.
"""

from actiontrail.access import evaluate, policyplaces
from actiontrail.access.evaluate import Asked
from actiontrail.access.names import role_arn
from actiontrail.api.people import values
from actiontrail.api.people.acts import Desk, Visit
from actiontrail.api.served import BadQuestion

CONTEXT_MAX = 20
_SUPPOSED = {"acs:securetransport": "true", "acs:mfapresent": "false"}


def check_policy(desk: Desk, visit: Visit[values.PolicyText]) -> values.MistakesAnswer:  # noqa: ARG001
    """Each mistake with its line."""
    return values.MistakesAnswer(
        mistakes=[
            values.MistakeShown(line=one.line, path=one.path, problem=one.problem)
            for one in policyplaces.mistakes(visit.ask.document)
        ]
    )


def simulate(desk: Desk, visit: Visit[values.Supposed]) -> values.SimulatedAnswer:
    """Every statement that counts, and by what it speaks of something else."""
    ask = visit.ask
    if bool(ask.user) == bool(ask.role):
        raise BadQuestion("say of whom: user or role, one of them")
    if len(ask.context) > CONTEXT_MAX:
        raise BadQuestion(f"a context has at most {CONTEXT_MAX} keys")
    if ask.user:
        user = desk.users.get(visit.account, ask.user)
        principal, arn = user.id, user.arn
    else:
        role = desk.roles.get(visit.account, ask.role)
        principal, arn = role.id, role_arn(visit.account, role.name)
    given = {name.lower(): value for name, value in ask.context.items()}
    asked = Asked(ask.action, ask.resource, {**_SUPPOSED, "acs:principalarn": arn, **given})
    granted = desk.grants.granted(visit.account, principal)
    verdict = evaluate.decide(granted, asked)
    return values.SimulatedAnswer(
        allowed=verdict.allowed,
        explicit=verdict.explicit,
        policy=verdict.policy,
        statements=[
            values.WeighedShown(
                policy=one.policy, type=one.type, number=one.number, effect=one.effect, missed=one.missed
            )
            for one in evaluate.weigh(granted, asked)
        ],
    )
