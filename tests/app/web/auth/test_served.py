"""The pages as a WSGI server serves them, over a socket."""
import subprocess
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener, urlopen

import pytest
from bs4 import BeautifulSoup

from app import programs
from app.settings import Settings
from tests.patience import eventually


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def send(browser: OpenerDirector, url: str, **fields: str) -> str:
    """Open a page with a form and send the form."""
    with browser.open(url, timeout=30) as answer:
        token = BeautifulSoup(answer.read(), "html5lib").select("input[name=csrf_token]")[0]["value"]
    with browser.open(url, urlencode({"csrf_token": token, **fields}).encode(), timeout=30) as answer:
        return str(answer.url)


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("database_url")
def test_a_newcomer_comes_in_by_a_form_and_the_link_is_in_the_log(settings: Settings, tmp_path: Path):
    log = tmp_path / "web.log"
    with log.open("wb") as stream:
        server = subprocess.Popen(programs.web(settings), env=settings.child_environ(), stdout=stream, stderr=stream)
    try:
        eventually(lambda: answers(f"{settings.web_url}/healthz"), "the web answers")
        browser = build_opener(HTTPCookieProcessor(CookieJar()))
        where = send(browser, f"{settings.web_url}/sign-up", name="Neema", email="neema@example.com",
                     password="three plain words", language="EN")
        assert where.endswith("/portal/onboarding")
        assert f'"url": "{settings.web_url}/verify/' in log.read_text()
    finally:
        server.terminate()
        server.wait(30)
