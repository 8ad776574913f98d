"""How what is delivered is kept from strangers: on its way, and where it lies. Told from address and settings. Pure.

What a bucket or a receiver does of its own accord is not known here, and is not claimed.
"""

from typing import Literal, NamedTuple

from actiontrail.delivery.destinations.ground import Address, Ground

Transit = Literal["tls", "plain", "local"]
Rest = Literal["AES256", "KMS", "SM4", "always", "bucket", "theirs"]


class Encryption(NamedTuple):
    """On the way: by TLS, in the open, or without leaving this machine.

    At rest: as each object asks for, always by the service, as the bucket's own default has it, or as the receiver will.
    """

    transit: Transit
    rest: Rest


def encryption(address: Address, ground: Ground) -> Encryption:
    """How deliveries to `address` are encrypted."""
    return Encryption(_transit(address, ground.of(address.scheme).endpoint), _rest(address))


def _transit(address: Address, endpoint: str) -> Transit:
    match address.scheme:
        case "file":
            return "local"
        case "oss" | "sls" | "maxcompute":
            if not endpoint:
                return "local"
            return "tls" if endpoint.startswith("https://") else "plain"
        case "s3" | "gs" | "az":
            return "plain" if endpoint.startswith("http://") else "tls"
        case "kafka":
            return "tls" if address.option("tls") == "true" else "plain"
        case scheme:
            return "tls" if scheme in ("https", "syslog+tls") else "plain"


def _rest(address: Address) -> Rest:
    if address.scheme in ("oss", "s3"):
        match address.option("sse"):
            case "AES256":
                return "AES256"
            case "KMS":
                return "KMS"
            case "SM4":
                return "SM4"
        return "bucket"
    return "always" if address.scheme in ("gs", "az") else "theirs"
