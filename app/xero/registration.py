"""What Xero knows this app by, and where Xero is. Plain values, put together by whoever wires the process."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Registration:
    """An app registered with Xero. `redirect_url` must equal the registered one byte for byte (FACTS 1).

    The three addresses are Xero's own unless a sandbox stands in; none ends with a slash.
    """

    client_id: str
    client_secret: str = field(repr=False)
    redirect_url: str
    api_url: str = "https://api.xero.com"
    identity_url: str = "https://identity.xero.com"
    login_url: str = "https://login.xero.com"
