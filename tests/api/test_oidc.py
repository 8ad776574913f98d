"""Single sign-on against a real provider, which is honest at first and then lies in every way that matters."""

import base64
import hmac
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from tests.kit.provider import CLIENT, SECRET, Provider, a_provider

from actiontrail.api.oidc import Attempt, ProviderOutage, SignOn, SignOnFailed, named
from actiontrail.api.oidc import Provider as Named
from actiontrail.config import BadConfig, Config

HERE = "http://127.0.0.1:9"
STRANGER = RSAKey.generate_key(2048, {"kid": "one"})


@pytest.fixture
def provider() -> Iterator[Provider]:
    with a_provider() as running:
        yield running


@pytest.fixture
def sign_on(provider: Provider) -> Iterator[SignOn]:
    made = SignOn(Named(provider.issuer, CLIENT, SECRET, HERE, "preferred_username", ""))
    yield made
    made.http.close()


def go(sign_on: SignOn) -> tuple[dict[str, str], Attempt]:
    """What a browser brings back from the provider, and what it took there."""
    uri, attempt = sign_on.begin()
    back = httpx.get(uri).headers["location"]
    return {name: values[-1] for name, values in parse_qs(urlsplit(back).query).items()}, attempt


def test_whoever_the_provider_names_is_told(sign_on: SignOn) -> None:
    """By its own subject, and by the name that is known here."""
    assert sign_on.finish(*go(sign_on)) == ("subject-1", "alice", False)


def test_a_mail_address_names_a_user_by_what_stands_before_the_at(
    provider: Provider, sign_on: SignOn
) -> None:
    """And a second factor at the provider counts as one."""
    provider.person = {"sub": "s", "preferred_username": "bob@example.com", "amr": ["pwd", "mfa"]}

    assert sign_on.finish(*go(sign_on)) == ("s", "bob", True)


def test_the_browser_is_sent_with_state_nonce_and_challenge(sign_on: SignOn) -> None:
    """New ones each time, and never the verifier."""
    (one, first), (two, second) = sign_on.begin(), sign_on.begin()
    query = {name: values[-1] for name, values in parse_qs(urlsplit(one).query).items()}

    assert (query["response_type"], query["code_challenge_method"], query["redirect_uri"]) == ("code", "S256", f"{HERE}/signin/oidc/back")  # fmt: skip
    assert (first.verifier in one, first.state == second.state, first.nonce == second.nonce, one == two) == (False, False, False, False)  # fmt: skip


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(content)).rstrip(b"=").decode()


def _unsigned(claims: dict[str, Any]) -> str:
    return f"{_part({'alg': 'none'})}.{_part(claims)}."


def _by_public_key(provider: Provider) -> Callable[[dict[str, Any]], str]:
    """The public key taken as a password: a verifier that asks the token which algorithm to use believes it."""

    def sign(claims: dict[str, Any]) -> str:
        head, body = (_part(part) for part in ({"alg": "HS256", "kid": "one"}, claims))
        tag = hmac.digest(provider.key.as_pem(private=False), f"{head}.{body}".encode(), "sha256")
        return f"{head}.{body}.{base64.urlsafe_b64encode(tag).rstrip(b'=').decode()}"

    return sign


LIES: dict[str, Callable[[Provider], None]] = {
    "another nonce": lambda p: p.claims.update(nonce="another"),
    "no nonce": lambda p: p.claims.update(nonce=None),
    "another audience": lambda p: p.claims.update(aud="somebody-else"),
    "another authorised party": lambda p: p.claims.update(azp="somebody-else"),
    "another issuer": lambda p: p.claims.update(iss="https://evil.example"),
    "a token of last year": lambda p: p.claims.update(iat=1_700_000_000, exp=1_700_000_300),
    "no end": lambda p: p.claims.update(exp=None),
    "nobody": lambda p: p.claims.update(sub=None),
    "a number for a name": lambda p: p.claims.update(preferred_username=7),
    "no name": lambda p: p.claims.update(preferred_username=None),
    "signed by a stranger": lambda p: setattr(
        p, "sign", lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, STRANGER)
    ),
    "not signed": lambda p: setattr(p, "sign", _unsigned),
    "signed with the public key as a password": lambda p: setattr(p, "sign", _by_public_key(p)),
    "no token at all": lambda p: setattr(p, "sign", lambda _claims: "x.y.z"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_proves_nothing_signs_nobody_in(provider: Provider, sign_on: SignOn, lie: str) -> None:
    """Each check, seen red."""
    LIES[lie](provider)

    with pytest.raises(SignOnFailed):
        sign_on.finish(*go(sign_on))


def test_an_answer_of_another_attempt_is_refused(sign_on: SignOn) -> None:
    """Somebody who makes me follow their link would sign me in as them."""
    theirs, _ = go(sign_on)
    _, mine = go(sign_on)

    with pytest.raises(SignOnFailed, match="another attempt"):
        sign_on.finish(theirs, mine)


def test_a_code_is_taken_back_once_and_with_its_own_verifier(sign_on: SignOn) -> None:
    """A code that leaks is worth nothing without what the browser never showed."""
    said, attempt = go(sign_on)
    with pytest.raises(SignOnFailed, match="does not take the code"):
        sign_on.finish(said, msgspec.structs.replace(attempt, verifier="x" * 64))
    again, attempt = go(sign_on)
    sign_on.finish(again, attempt)

    with pytest.raises(SignOnFailed, match="does not take the code"):
        sign_on.finish(again, attempt)


def test_an_attempt_ends_after_ten_minutes(sign_on: SignOn) -> None:
    """A tab that was left open yesterday signs nobody in."""
    said, attempt = go(sign_on)

    with pytest.raises(SignOnFailed, match="too long"):
        sign_on.finish(said, msgspec.structs.replace(attempt, ends=0))


@pytest.mark.parametrize(
    "said", [{}, {"error": "access_denied"}, {"code": ""}, {"iss": "https://evil.example", "code": "x"}]
)
def test_an_answer_without_a_code_is_refused(sign_on: SignOn, said: dict[str, str]) -> None:
    """Among them one of another provider (RFC 9207)."""
    _, attempt = go(sign_on)

    with pytest.raises(SignOnFailed):
        sign_on.finish({"state": attempt.state, **said}, attempt)


def test_a_provider_with_new_keys_is_asked_again(provider: Provider, sign_on: SignOn) -> None:
    """Keys are changed without telling anybody."""
    sign_on.finish(*go(sign_on))
    provider.key = RSAKey.generate_key(2048, {"kid": "one"})

    assert sign_on.finish(*go(sign_on)).subject == "subject-1"


def test_a_provider_that_is_away_or_another_is_an_outage(provider: Provider, sign_on: SignOn) -> None:
    """Trying again may help; nobody is signed in meanwhile."""
    provider.issuer_told = "https://evil.example"
    with pytest.raises(ProviderOutage, match="another issuer"):
        sign_on.begin()
    away = SignOn(Named("http://127.0.0.1:9", CLIENT, SECRET, HERE, "sub", ""))
    with pytest.raises(ProviderOutage, match="does not answer"):
        away.begin()
    away.http.close()


def test_an_unverified_address_names_nobody(provider: Provider, sign_on: SignOn) -> None:
    """Anybody may type anybody's."""
    by_mail = SignOn(sign_on.provider._replace(user_claim="email"))
    provider.person = {"sub": "s", "email": "alice@example.com"}
    with pytest.raises(SignOnFailed, match="not verified"):
        by_mail.finish(*go(by_mail))
    provider.person["email_verified"] = True
    told = by_mail.finish(*go(by_mail))
    by_mail.http.close()

    assert told.user_name == "alice"


def test_half_a_provider_is_told_at_the_start() -> None:
    """And not at three in the morning, when somebody wants to sign in."""
    with pytest.raises(BadConfig, match="console_url"):
        named(Config(oidc_issuer="https://id.test"))
    assert named(Config()) is None
