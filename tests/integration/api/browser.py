"""A person with a browser, at the sandbox's consent page and at ours."""

import re
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import SecretStr

from app.sandbox.xero import SandboxXero
from app.settings import Settings
from tests.integration.api.driver import Plumbline, build_settings

OURS = "http://localhost:8000"
"""Our public address: a browser reaches there what these tests call in this process."""


def register(xero: SandboxXero, database_url: str, redis_url: str) -> Settings:
    """Settings of a Plumbline that is registered at the sandbox."""
    return build_settings(
        database_url,
        redis_url,
        xero_client_id=xero.client_id,
        xero_client_secret=SecretStr(xero.client_secret),
        xero_api_url=xero.root_url,
        xero_identity_url=xero.root_url,
        xero_login_url=xero.root_url,
    )


@dataclass
class Browser:
    """A person who gives consent, at Xero's page and then at ours."""

    xero: SandboxXero
    plumbline: Plumbline
    http: httpx.AsyncClient

    async def open(self, authorise_url: str) -> str:
        """Open our address, and keep its cookie; the address of Xero's page, where it leads."""
        answer = await self.plumbline.http.get(authorise_url.removeprefix(OURS))
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    async def decide(self, authorise_url: str, **said: str | list[str]) -> str:
        """Go to Xero's page and press a button there; the address below ours that Xero sends the browser to."""
        return await self.press(await self.open(authorise_url), **said)

    async def press(self, xero_url: str, **said: str | list[str]) -> str:
        """The same from Xero's page on."""
        form = {"decision": "allow", "user": "kim@example.com", "tenant_id": self.xero.tenant_id, **said}
        answer = await self.http.post(xero_url, data=form)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"].removeprefix(OURS)

    async def consent(self, authorise_url: str, **said: str | list[str]) -> httpx.Response:
        """The page that the person sees in the end."""
        return await self.plumbline.http.get(await self.decide(authorise_url, **said))

    async def authorise(self, path: str, **said: str | list[str]) -> httpx.Response:
        """Ask for a new address and consent there."""
        url = (await self.plumbline.http.post(f"{path}/authorise")).json()["authorise_url"]
        return await self.consent(url, **said)

    async def choose(self, page: httpx.Response, tenant_id: str) -> httpx.Response:
        """Choose on our page."""
        token = re.findall(r'name="token" value="([^"]+)"', page.text)[0]
        form = {"token": token, "tenant_id": tenant_id}
        return await self.plumbline.http.post("/oauth/xero/organisation", data=form)

    async def open_active(self, business_id: str = "biz_1", **said: str | list[str]) -> str:
        """The address of a connection for which consent was given."""
        opened = await self.plumbline.open_connection(business_id)
        page = await self.consent(opened["authorise_url"], **said)
        assert page.status_code == 200, page.text
        return f"/v1/connections/{opened['id']}"

    async def get(self, path: str) -> dict[str, Any]:
        """What Plumbline says there."""
        answer = await self.plumbline.http.get(path)
        return dict(answer.raise_for_status().json())

    async def list_notices(self, path: str) -> list[str]:
        """The kinds of notices of a connection, oldest first."""
        rows = await self.plumbline.execute(
            "SELECT type FROM notices WHERE connection_id = CAST(:id AS uuid) ORDER BY id",
            id=path.split("/")[3],
        )
        return [row[0].removeprefix("connection.") for row in rows]

    async def control(self, address: str, /, **said: Any) -> Any:
        """Set something of the sandbox itself."""
        answer = await self.http.post(f"{self.xero.root_url}/control{address}", json=said)
        return answer.raise_for_status().json()

    async def add_organisation(self, name: str, country: str = "AU") -> str:
        """Another organisation of the person's; its tenant id."""
        return str((await self.control("/organisations", name=name, country=country))["tenant_id"])

    async def list_open(self) -> list[str]:
        """The tenants that are connected to the app in Xero."""
        state = (await self.http.get(f"{self.xero.root_url}/control/state")).json()
        return [connection["tenant_id"] for connection in state["connections"]]
