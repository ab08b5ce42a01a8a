"""What clients of this machine's own servers use: reading certificates for each would take longer than most tests."""

import ssl

import httpx

NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def build_client(base_url: str = "", authorization: str = "") -> httpx.AsyncClient:
    """A client for addresses of this machine: reading certificates for each would take longer than most stories."""
    headers = {"authorization": authorization} if authorization else {}
    return httpx.AsyncClient(
        base_url=base_url, headers=headers, timeout=60, verify=NO_CERTIFICATES, trust_env=False
    )
