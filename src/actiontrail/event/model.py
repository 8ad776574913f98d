"""The event: who did what, when, from where, to which resource, through which channel. Pure.

One shape for every source: ActionTrail's. Its JSON form (`encode`) is the object that LookupEvents
answers, that a delivered file holds and that selectors look into; whatever a source says that has
no place of its own stays in `extra` (top level) or under `additionalEventData`.
"""

from datetime import datetime
from typing import Any

import msgspec


class UserIdentity(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Who called. Ids are strings; an access key is there only for calls that were signed with one."""

    type: str = ""
    principal_id: str = ""
    account_id: str = ""
    user_name: str = ""
    access_key_id: str = ""
    session_context: dict[str, Any] = {}


class Event(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One operation. Empty means that the source did not say.

    `event_time` is the source's clock, in UTC. `resource_type` and `resource_name` are the flat
    forms that ActionTrail delivers: types joined by `;`, names of one type by `,`, aligned.
    """

    event_id: str
    event_name: str
    event_time: datetime
    event_version: str = "1"
    event_category: str = ""
    event_rw: str = msgspec.field(default="", name="eventRW")
    event_source: str = ""
    event_type: str = ""
    acs_region: str = ""
    api_version: str = ""
    service_name: str = ""
    request_id: str = ""
    request_parameters: dict[str, Any] = {}
    request_parameter_json: str = ""
    response_elements: dict[str, Any] = {}
    referenced_resources: dict[str, list[str]] = {}
    resource_type: str = ""
    resource_name: str = ""
    source_ip_address: str = ""
    vpc_id: str = ""
    user_agent: str = ""
    user_identity: UserIdentity = UserIdentity()
    additional_event_data: dict[str, Any] = {}
    error_code: str = ""
    error_message: str = ""
    is_global: bool = False
    recipient_account_id: str = ""
    event_attributes: dict[str, Any] = {}
    extra: dict[str, Any] = {}
