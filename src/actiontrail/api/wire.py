"""How answers and refusals look on the wire: the one table of public error codes. Pure.

Every refusal that can reach a caller has its row here, and a test fails if one has none. A row with a
message of its own says it in the public API's words, to the letter; what we know beyond that
goes into `Detail`. No answer is ever empty: the official clients cannot read an empty body.
"""

import math
import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from actiontrail.access import (
    accounts,
    authority,
    consoles,
    directory,
    grants,
    guesses,
    keys,
    names,
    policy,
    roles,
    users,
)
from actiontrail.api import door, nonces, signature, throttle, visitors, xml
from actiontrail.api.operations import events, queries, sts, table, tokens
from actiontrail.capture import body, intake, split
from actiontrail.delivery import backfill, destination, figures, inspection, selectors, trails
from actiontrail.errors import Corruption, Outage, Refusal
from actiontrail.event.formats import UnknownFormat
from actiontrail.event.reading import UnmappableEvent
from actiontrail.event.selector.parser import SelectorError
from actiontrail.ledger import reader, tiles

JSON = "application/json;charset=utf-8"
XML = "text/xml;charset=utf-8"
ERRORS_PAGE = "docs/reference/errors.md"
RETRY_SECONDS = 1.0  # told where an outage does not know better


class UnknownAction(Refusal):
    """The operation is none of the version that was asked for."""


class UnknownVersion(Refusal):
    """The version is none that is spoken here."""


class WrongMethod(Refusal):
    """The operation is not called with this HTTP method."""


class BodyTooLarge(Refusal):
    """The request's body is larger than an operation ever needs."""


class WrongIngestMethod(Refusal):
    """Events are posted."""


class UnknownChoice(Refusal):
    """A query parameter is not one that ingest has, or has not this value."""


class Row(NamedTuple):
    """What a caller sees of a refusal. `{0.name}` in a text stands for the refusal's attribute `name`."""

    status: int
    code: str
    message: str = ""  # empty: what the refusal says itself


_INVALID = Row(400, "InvalidQueryParameter", "The specified query parameter is invalid.")
_INCOMPLETE = Row(400, "IncompleteSignature")

# A class of a room whose engine the recorder must not load (50 MB, half a second) is told by its name.
TABLE: dict[type[Refusal] | str, Row] = {
    signature.NoCredentials: Row(400, "MissingAccessKeyId", "AccessKeyId is mandatory for this action."),
    signature.IncompleteSignature: Row(
        400, "IncompleteSignature", "The request signature does not conform to Alibaba Cloud standards."
    ),
    signature.UnsupportedAlgorithm: _INCOMPLETE,
    signature.BodyMismatch: Row(400, "InvalidContentSha256"),
    signature.AmbiguousParameter: _INVALID,
    signature.MalformedParameters: _INVALID,
    signature.SignatureMismatch: Row(
        400,
        "SignatureDoesNotMatch",
        "Specified signature is not matched with our calculation. server string to sign is:{0.string_to_sign}",
    ),
    door.RpcElsewhere: _INCOMPLETE,
    door.UnknownAccessKey: Row(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found."),
    door.InactiveAccessKey: Row(403, "InvalidAccessKeyId.Inactive", "Specified access key is disabled."),
    door.UnknownToken: Row(403, "InvalidIngestToken"),
    door.MalformedTime: Row(
        400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted."
    ),
    door.ClockSkew: Row(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired."),
    nonces.TooOld: Row(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired."),
    nonces.NonceUsed: Row(400, "SignatureNonceUsed", "Specified signature nonce was used already."),
    door.NonceMissing: Row(400, "InvalidSignatureNonce"),
    door.SecurityTokenMissing: Row(
        400, "MissingSecurityToken", "SecurityToken is mandatory for this action."
    ),
    door.SecurityTokenWrong: Row(
        400, "InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed."
    ),
    door.SecurityTokenExpired: Row(
        400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired."
    ),
    authority.NotAllowed: Row(403, "NoPermission", "You are not authorized to do this action."),
    throttle.Throttled: Row(429, "Throttling.User", "Request was denied due to user flow control."),
    UnknownAction: Row(
        404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method."
    ),
    UnknownVersion: Row(404, "InvalidVersion", "Specified parameter Version is not valid."),
    WrongMethod: Row(405, "UnsupportedHTTPMethod", "This http method is not supported."),
    BodyTooLarge: Row(413, "RequestEntityTooLarge"),
    "actiontrail.api.http1.MalformedRequest": Row(400, "MalformedRequest"),
    "actiontrail.api.http1.AddressTooLong": Row(414, "RequestUriTooLong"),
    "actiontrail.api.http1.HeadersTooLong": Row(431, "RequestHeadersTooLarge"),
    sts.RootMayNotAssume: Row(403, "NoPermission", "Roles may not be assumed by root accounts."),
    sts.BadRoleArn: Row(400, "InvalidParameter.RoleArn", "The parameter RoleArn is wrongly formed."),
    sts.BadSessionName: Row(
        400, "InvalidParameter.RoleSessionName", "The parameter RoleSessionName is wrongly formed."
    ),
    sts.BadDuration: Row(
        400, "InvalidParameter.DurationSeconds", "The parameter DurationSeconds has not passed validation."
    ),
    sts.BadSessionPolicy: Row(
        400, "InvalidParameter.PolicyGrammar", "The parameter Policy has not passed grammar check."
    ),
    sts.BadExternalId: Row(400, "InvalidParameter.ExternalId", "The parameter ExternalId is wrongly formed."),
    table.MissingParameter: Row(400, "Missing{0.name}", "{0.name} is mandatory for this action."),
    table.InvalidParameter: _INVALID,
    events.InvalidStartTime: Row(400, "InvalidParameterStartTime", "The specified StartTime is invalid."),
    events.InvalidEndTime: Row(400, "InvalidParameterEndTime", "The specified EndTime is invalid."),
    events.EmptyRange: Row(
        400, "InvalidParameterCombination", "The end time must be later than the start time."
    ),
    events.InvalidNextToken: _INVALID,
    events.UnknownAttribute: _INVALID,
    tokens.InvalidPageToken: _INVALID,
    "actiontrail.query.insighttypes.InsightNotAvailable": Row(
        400, "InsightTypeNotAvailable", "The input insightType is not available"
    ),
    "actiontrail.query.insighttypes.InsightNotValid": Row(
        400, "InsightTypeNotValid", "The input insightType is not valid"
    ),
    queries.UnknownScene: Row(404, "EntityNotExist.Scene"),
    "actiontrail.query.saved.UnknownTemplate": Row(404, "EntityNotExist.QueryTemplate"),
    "actiontrail.query.saved.TooManyTemplates": Row(409, "LimitExceeded.QueryTemplate"),
    SelectorError: Row(400, "InvalidQuery"),
    "actiontrail.query.engine.BadQuestion": Row(400, "InvalidQuery"),
    "actiontrail.query.engine.TooHeavy": Row(400, "QueryTooHeavy"),
    "actiontrail.query.engine.Cancelled": Row(400, "QueryCancelled"),
    "actiontrail.query.guard.BadSql": Row(400, "InvalidSql"),
    "actiontrail.api.served.BadQuestion": Row(400, "InvalidQueryParameter"),
    "actiontrail.query.search.BadToken": Row(400, "InvalidNextToken"),
    "actiontrail.query.sigma.CannotSay": Row(400, "NotInSigma"),
    "actiontrail.query.exportjobs.NoSuchExport": Row(404, "EntityNotExist.Export"),
    "actiontrail.query.exportjobs.NotDone": Row(409, "ExportNotDone"),
    "actiontrail.query.exportjobs.TooManyExports": Row(409, "LimitExceeded.Export"),
    "actiontrail.query.search.OutOfRange": Row(400, "InvalidParameter.Range"),
    WrongIngestMethod: Row(405, "UnsupportedHTTPMethod"),
    UnknownChoice: Row(400, "InvalidQueryParameter"),
    body.BodyTooLarge: Row(413, "RequestEntityTooLarge"),
    body.BadEncoding: Row(400, "InvalidContentEncoding"),
    body.UnknownEncoding: Row(415, "UnsupportedContentEncoding"),
    split.UnsupportedContentType: Row(415, "UnsupportedMediaType"),
    split.NoEvents: Row(400, "NoEvents"),
    split.NotJson: Row(400, "MalformedBody"),
    split.TooManyEvents: Row(413, "TooManyEvents"),
    intake.NamedFormatUnknown: Row(400, "UnknownEventFormat"),
    UnknownFormat: Row(400, "UnknownEventFormat"),
    UnmappableEvent: Row(400, "UnmappableEvent"),
    accounts.UnknownAccount: Row(404, "EntityNotExist.Account"),
    accounts.TooManyAccounts: Row(409, "LimitExceeded.Account"),
    names.BadName: Row(400, "InvalidParameter.Name"),
    users.UnknownUser: Row(404, "EntityNotExist.User"),
    users.UserExists: Row(409, "EntityAlreadyExists.User"),
    users.UserInUse: Row(409, "DeleteConflict.User"),
    users.TooManyUsers: Row(409, "LimitExceeded.User"),
    roles.UnknownRole: Row(404, "EntityNotExist.Role"),
    roles.RoleExists: Row(409, "EntityAlreadyExists.Role"),
    roles.RoleInUse: Row(409, "DeleteConflict.Role.Policy"),
    roles.TooManyRoles: Row(409, "LimitExceeded.Role"),
    policy.BadPolicy: Row(400, "InvalidParameter.PolicyDocument"),
    grants.UnknownPolicy: Row(404, "EntityNotExist.Policy"),
    grants.PolicyExists: Row(409, "EntityAlreadyExists.Policy"),
    grants.PolicyInUse: Row(409, "DeleteConflict.Policy"),
    grants.TooManyPolicies: Row(409, "LimitExceeded.Policy"),
    grants.NotAttached: Row(404, "EntityNotExist.Attachment"),
    directory.NoDirectory: Row(404, "EntityNotExist.ResourceDirectory"),
    directory.InDirectory: Row(409, "EntityAlreadyExists.ResourceDirectory"),
    directory.NotAMember: Row(404, "EntityNotExist.Member"),
    directory.DirectoryInUse: Row(409, "DeleteConflict.ResourceDirectory"),
    directory.TooManyMembers: Row(409, "LimitExceeded.Member"),
    trails.BadTrail: _INVALID,
    trails.BadTrailName: Row(400, "InvalidTrailNameException", "The specified Trail name is invalid."),
    trails.BadPrefix: Row(400, "InvalidPrefixException", "The specified OSS bucket prefix is invalid."),
    trails.NoDestination: Row(
        400,
        "InvalidDeliveryConfigurationException",
        "You must specify at least one Log Service project or OSS bucket for a Trail.",
    ),
    trails.TrailExists: Row(400, "TrailAlreadyExistsException", "The specified Trail name already exists."),
    trails.NoSuchTrail: Row(404, "TrailNotFoundException", "The specified Trail does not exist."),
    trails.BucketTaken: Row(
        400,
        "RepeatOssBucket",
        "The specified OSS bucket is already in use. We recommend that you modify the existing Trail or specify another bucket.",
    ),
    trails.TooManyTrails: Row(
        403,
        "MaximumNumberOfTrailsExceededException",
        "The number of Trails in the same region exceeds the upper limit (5).",
    ),
    trails.TooManyOrganizationTrails: Row(
        400,
        "MaximumNumberOfOrganizationTrailExceeded",
        "Your account can create only one organization trail.",
    ),
    trails.NoOrganization: Row(
        400,
        "NotAllowCreateOrganizationTrail",
        "Your account does not allow you to create organization trail. Submit a ticket to get customer support.",
    ),
    trails.NoSuchBucket: Row(404, "BucketDoesNotExistException", "The specified OSS bucket does not exist."),
    trails.BucketDenied: Row(
        403, "InsufficientBucketPolicyException", "Access to the specified OSS bucket was denied."
    ),
    trails.NoSuchLogProject: Row(
        400,
        "SlsProjectDoesNotExistException",
        "The specified Log Service project does not exist.",
    ),
    trails.LogProjectDenied: Row(
        403,
        "InsufficientSlsPolicyException",
        "Access to the specified Log Service project was denied.",
    ),
    trails.NoSuchMaxComputeProject: Row(
        400,
        "MaxComputeProjectDoesNotExistException",
        "The specified MaxCompute project does not exist.",
    ),
    trails.MaxComputeDenied: Row(
        403,
        "InsufficientMaxComputePolicyException",
        "Access to the specified MaxCompute project was denied.",
    ),
    selectors.BadSelectors: _INVALID,
    figures.BadPeriod: _INVALID,
    backfill.NoSuchJob: Row(
        404, "DeliveryHistoryJobNotFound", "The specified delivery history job does not exist."
    ),
    backfill.NoBackfill: Row(
        403,
        "NotSupportDeliveryHistoryJob",
        "Your account does not allow you to use deliveryHistoryJob feature. Submit a ticket to get customer support.",
    ),
    backfill.BackfillRuns: Row(409, "DeliveryHistoryJobRunning"),
    backfill.BadRange: _INVALID,
    inspection.BadPart: _INVALID,
    inspection.Stopped: Row(400, "QueryCancelled"),
    destination.BadAddress: Row(400, "InvalidDestination"),
    destination.NoSuchPlace: Row(404, "DestinationDoesNotExistException"),
    destination.PlaceDenied: Row(403, "InsufficientDestinationPolicyException"),
    keys.UnknownCredential: Row(404, "EntityNotExist.AccessKey"),
    keys.TooManyCredentials: Row(409, "LimitExceeded.AccessKey"),
    keys.BadSession: Row(400, "InvalidParameter.Session"),
    keys.BadNote: Row(400, "InvalidParameter.Note"),
    consoles.NotSignedIn: Row(401, "NotSignedIn"),
    consoles.UnknownSession: Row(404, "EntityNotExist.Session"),
    visitors.ForeignPage: Row(403, "ForeignPage"),
    visitors.CsrfMismatch: Row(403, "InvalidCsrfToken"),
    visitors.MustChangePassword: Row(403, "MustChangePassword"),
    visitors.MustSetUpTotp: Row(403, "MustSetUpTotp"),
    "actiontrail.api.people.signin.OwnSignIn": Row(403, "OwnSignIn"),
    guesses.SigninLocked: Row(429, "SigninLocked"),
    "actiontrail.access.signin.WrongSignin": Row(401, "WrongSignin"),
    "actiontrail.access.signin.CodeNeeded": Row(401, "CodeNeeded"),
    "actiontrail.access.signin.WrongCode": Row(401, "WrongCode"),
    "actiontrail.access.signin.NoTotp": Row(409, "NoTotp"),
    "actiontrail.access.signin.WrongSetup": Row(403, "WrongSetup"),
    "actiontrail.access.signin.NotLinked": Row(403, "NotLinked"),
    "actiontrail.access.signin.InactiveFirst": Row(409, "InactiveUser"),
    "actiontrail.api.oidc.SignOnFailed": Row(403, "SignOnFailed"),
    "actiontrail.access.passwords.WeakPassword": Row(400, "WeakPassword"),
    "actiontrail.query.place.NoSuchEvent": Row(404, "EntityNotExist.Event"),
    reader.NoSuchRecord: Row(404, "EntityNotExist.Record"),
    tiles.NoSuchTile: Row(404, "EntityNotExist.Tile"),
}
UNTOLD = Row(400, "InvalidParameter")  # a refusal that was forgotten above
UNAVAILABLE = Row(503, "ServiceUnavailable", "The service is unavailable. Please try again later.")
DAMAGED = Row(
    500, "InternalError.Corruption", "The record does not agree with itself; the operator has to run fsck."
)
INTERNAL = Row(500, "InternalError", "The request processing has failed due to some unknown error.")


class Reply(NamedTuple):
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


def new_request_id() -> str:
    """Upper-case, as the public API's."""
    return str(uuid.uuid4()).upper()


def row(error: Exception) -> Row:
    """How `error` is shown: the row of its class or of the nearest one above it."""
    return row_of(type(error))


def row_of(kind: type[Exception] | str) -> Row:
    """How errors of this class, or of the class with this full name, are shown."""
    if isinstance(kind, str):
        return TABLE[kind]
    for each in kind.__mro__:
        found = TABLE.get(each) or TABLE.get(f"{each.__module__}.{each.__qualname__}")
        if found is not None:
            return found
    if issubclass(kind, Refusal):
        return UNTOLD
    if issubclass(kind, Outage):
        return UNAVAILABLE
    return DAMAGED if issubclass(kind, Corruption) else INTERNAL


def told(error: Exception) -> tuple[str, str]:
    """The public code of `error`, and its message: what we say of it where the public API's words say less."""
    shown = row(error)
    said = str(error) if isinstance(error, Refusal | Outage) else ""
    return shown.code.format(error), said or shown.message.format(error)


def answer(
    content: Mapping[str, Any], request_id: str, *, root: str = "Response", as_xml: bool = False
) -> Reply:
    """A good answer. Values may be `msgspec.Raw`: JSON that is passed on as it is."""
    whole = {"RequestId": request_id, **content}
    return Reply(200, _headers(request_id, as_xml=as_xml), _encode(root, whole, as_xml=as_xml))


def refusal(error: Exception, request_id: str, *, host: str = "", as_xml: bool = False) -> Reply:
    """What a caller is told of `error`. Of a bug nothing but the request id, by which it is found in the logs."""
    shown = row(error)
    code = shown.code.format(error)
    said = str(error) if isinstance(error, Refusal | Outage) else ""
    content = _failure(code, shown.message.format(error) if shown.message else said, request_id, host)
    if shown.message and said:
        content["Detail"] = said
    if isinstance(error, authority.NotAllowed):
        content["AccessDeniedDetail"] = error.detail
    headers = _headers(request_id, as_xml=as_xml) | _retry(error)
    return Reply(shown.status, headers, _encode("Error", content, as_xml=as_xml))


def unanswered(status: int, code: str, message: str, request_id: str, *, host: str = "") -> Reply:
    """What a caller is told whom no operation answers: of an address, a method or a body that there is not."""
    content = _failure(code, message, request_id, host)
    return Reply(status, _headers(request_id, as_xml=False), _encode("Error", content, as_xml=False))


def _failure(code: str, message: str, request_id: str, host: str) -> dict[str, Any]:
    """What every answer says that is none."""
    return {
        "RequestId": request_id,
        "HostId": host or "actiontrail",
        "Code": code,
        "Message": message,
        "Recommend": f"{ERRORS_PAGE}#{code.lower().replace('.', '')}",
    }


def _retry(error: Exception) -> dict[str, str]:
    """When to come back, in seconds for everybody and in milliseconds for the official clients."""
    if not isinstance(error, Outage | throttle.Throttled | guesses.SigninLocked):
        return {}
    seconds = RETRY_SECONDS if error.retry_after is None else error.retry_after
    return {
        "retry-after": str(max(1, math.ceil(seconds))),
        "x-acs-retry-after": str(max(1, math.ceil(seconds * 1000))),
    }


def _headers(request_id: str, *, as_xml: bool) -> dict[str, str]:
    return {
        "content-type": XML if as_xml else JSON,
        "x-acs-request-id": request_id,
        "cache-control": "no-store",
    }


def _encode(root: str, content: Mapping[str, Any], *, as_xml: bool) -> bytes:
    encoded = msgspec.json.encode(content)
    return xml.encode(root, msgspec.json.decode(encoded)) if as_xml else encoded
