"""Every page of the portal as its people see it, empty and full."""
import pytest

from tests.app.web.conftest import ClientOf, Page

PATHS = ["/portal/", "/portal/whatsapp", "/portal/chats", "/portal/content", "/portal/content/services",
         "/portal/content/products", "/portal/content/questions", "/portal/content/hours", "/portal/content/texts",
         "/portal/content/limits", "/portal/content/versions", "/portal/preview", "/portal/people", "/portal/data"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["en", "sw"])
def test_every_page_can_be_opened_before_anything_happened(client_of: ClientOf, page: Page, path: str, language: str):
    page(client_of("alice"), f"{path}?lang={language}")
