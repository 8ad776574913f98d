"""The gate that every request goes through: who asks, whether they may, then what they asked for.

There is no other way to an operation, to search, to access or to the record, so nothing is done that nobody was
allowed to do. Authorization comes before anything is looked at: who may not ask learns nothing by asking.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from actiontrail.access.authority import Authority
from actiontrail.access.conditions import Context
from actiontrail.access.keys import Caller
from actiontrail.api.origin import PEER_HEADER, Networks, context, origin
from actiontrail.api.signature import Sent

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What a request asks to have done, as policies and events name it."""

    action: str  # service:Operation
    resource: str = "*"  # an ARN; * stands for everything of the service in the account
    version: str = "v1"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # names of resources, by type

    @property
    def name(self) -> str:
        """The operation."""
        return self.action.partition(":")[2]


class Admitted(NamedTuple):
    """Who was let in, and what the conditions of policies may ask of their request."""

    caller: Caller
    context: Context


class Planned(NamedTuple, Generic[T]):
    """A request that was understood: what it asks for, and what does it once that is allowed."""

    deed: Deed
    run: Callable[["Admitted"], T]


class Callers(Protocol):
    """Who tells callers apart."""

    def caller(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Caller:
        """Who sends this. Raises a `Refusal` that says why nobody is believed."""
        ...


class Gate:
    """Lets requests through. Safe to share between threads."""

    def __init__(
        self,
        callers: Callers,
        authority: Authority,
        *,
        region: str,
        trusted: Networks = (),
        now: Callable[[], float] = time.time,
    ) -> None:
        self._callers = callers
        self._authority = authority
        self.region = region
        self._trusted = trusted
        self._now = now

    def perform(self, sent: Sent, request_id: str, plan: Callable[[str], Planned[T]]) -> T:  # noqa: ARG002
        """Do what the request asks for, and answer with it. `plan` is given the caller's account.

        Raises a `Refusal` that says why nobody is believed or what they may not do; or what `plan` or the deed raises.
        """
        where = origin(sent.headers.get(PEER_HEADER, ""), sent.headers, self._trusted)
        caller = self._callers.caller(*sent)
        planned = plan(caller.account)
        admitted = Admitted(caller, context(where, caller, self._now()))
        self._allow(admitted, planned.deed)
        return planned.run(admitted)

    def admit(self, sent: Sent, deed: Deed, *, peer: str) -> Caller:
        """Who sends it, if they may do `deed`, which the caller of this function does. Raises a `Refusal` otherwise."""
        where = origin(peer, sent.headers, self._trusted)
        caller = self._callers.caller(*sent)
        self._allow(Admitted(caller, context(where, caller, self._now())), deed)
        return caller

    def _allow(self, admitted: Admitted, deed: Deed) -> None:
        resource = deed.resource
        if resource == "*":
            service = deed.action.partition(":")[0]
            resource = f"acs:{service}:{self.region}:{admitted.caller.account}:*"
        self._authority.check(admitted.caller, deed.action, resource, admitted.context)
