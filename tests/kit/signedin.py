"""A browser's requests, signed by the test with an access key."""

import datetime as dt
import secrets

from playwright.sync_api import Route
from tests.kit.service import House
from tests.kit.window import Look

from actiontrail.api.signature import Sent, sign_acs3


def sign_in(look: Look, house: House) -> None:
    """From here on, everything that `look` asks the interface is asked by the account's first key."""
    host = house.running.endpoint.removeprefix("http://")

    def signed(route: Route) -> None:
        request = route.request
        target = request.url.removeprefix(house.running.endpoint)
        if target.startswith("/v1/session"):
            session = {"account": house.created.account_id, "user": "tester", "csrfToken": "x"}
            route.fulfill(json=session)
            return
        body = request.post_data_buffer or b""
        now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        sent = {"host": host, "x-acs-date": now, "x-acs-signature-nonce": secrets.token_hex(16)}
        key, secret = house.created.access_key_id, house.created.access_key_secret
        headers = {**sent, **sign_acs3(key, secret, Sent(request.method, target, sent, body))}
        headers.pop("host")
        route.continue_(headers={**request.headers, **headers})

    look.context.route("**/v1/**", signed)
