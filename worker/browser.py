"""Starts and ends one Chromium for one tenant; every flag with its reason."""
import contextlib
import os
import signal
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import Any

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver
from urllib3.exceptions import HTTPError

from app.models import LARGEST_PICTURE
from app.settings import Settings
from worker.whatsapp.devtools import BrowserGone

SHELL_WRAPPER = Path(__file__).with_name("headless-shell")
CLIENT_TIMEOUT_S = 20
QUIT_DEADLINE_S = 5
PICTURE_DEADLINE_S = 5
JPEG_QUALITY = 60

FLAGS = (
    "--disable-gpu",  # no GPU process: 15 MiB a tenant
    "--disable-software-rasterizer",
    "--window-size=800,600",  # a smaller surface to paint
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",  # no look-ups of Google's hosts
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--mute-audio",
    "--disable-dev-shm-usage",  # /dev/shm may be small or absent under a service manager
    "--disable-blink-features=AutomationControlled",  # what the peers do, for pages that turn away driven browsers
    "--disable-background-timer-throttling",  # nobody ever looks at the page, and it must not slow down
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
)
SHELL_FEATURES = "--enable-features=NetworkServiceInProcess2"  # 11 MiB; the network process has no sandbox anyway
CHROMIUM_FEATURES = (
    "--headless=new",
    # A hidden extra renderer: 33 MiB.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,PreloadTopChromeWebUI,"
    "SpareRendererForSitePerProcess",
)


class Browser:
    """One browser on one profile. `kill` ends its whole process group, whatever state it is in."""

    def __init__(self, settings: Settings, profile: Path) -> None:
        """Start it. Raises BrowserGone where it does not come up."""
        self._service = _service(settings, profile)
        try:
            self._driver = WebDriver(options=_options(settings, profile), service=self._service)
        except (WebDriverException, HTTPError, OSError) as error:
            self._kill_group()
            raise BrowserGone(f"the browser does not start: {_first_line(error)}") from error
        self._set_client_timeout(CLIENT_TIMEOUT_S)
        capabilities: dict[str, Any] = self._driver.capabilities
        self.devtools_address = str(capabilities["goog:chromeOptions"]["debuggerAddress"])
        self.version = str(capabilities["browserVersion"])

    def inject(self, source: str) -> None:
        """Have `source` run in every page before the page's own scripts, whatever its Content-Security-Policy."""
        self._command("Page.addScriptToEvaluateOnNewDocument", {"source": source})

    def go(self, url: str) -> None:
        """Start loading `url` without waiting for it. Raises BrowserGone."""
        try:
            self._driver.get(url)
        except (WebDriverException, HTTPError) as error:
            raise BrowserGone(_first_line(error)) from error

    def is_alive(self) -> bool:
        """Whether chromedriver still runs; without it the browser is an orphan that nobody would end."""
        return self._service.process.poll() is None

    def picture(self) -> bytes | None:
        """What the window shows, as a JPEG; None where it cannot be had in time, or is too large to keep."""
        try:
            self._set_client_timeout(PICTURE_DEADLINE_S)
            shot = self._driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "jpeg", "quality": JPEG_QUALITY})
        except (WebDriverException, HTTPError, OSError):
            return None
        finally:
            self._set_client_timeout(CLIENT_TIMEOUT_S)
        jpeg = b64decode(shot["data"])
        return jpeg if len(jpeg) <= LARGEST_PICTURE else None

    def close(self) -> None:
        """End it in good order, so that the profile is written out; by force where it does not listen."""
        with contextlib.suppress(WebDriverException, HTTPError, OSError):
            self._set_client_timeout(QUIT_DEADLINE_S)
            self._driver.close()
        self.kill()

    def kill(self) -> None:
        """End the whole process group at once; the profile stays intact."""
        self._kill_group()

    def _set_client_timeout(self, seconds: float) -> None:
        # A hung page never lets Selenium's own script timeout fire; the HTTP client's does.
        executor: Any = self._driver.command_executor
        executor.client_config.timeout = seconds

    def _command(self, name: str, parameters: dict[str, Any]) -> None:
        try:
            self._driver.execute_cdp_cmd(name, parameters)
        except (WebDriverException, HTTPError) as error:
            raise BrowserGone(_first_line(error)) from error

    def _kill_group(self) -> None:
        process = getattr(self._service, "process", None)
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _service(settings: Settings, profile: Path) -> Service:
    temporary = profile.parent / "tmp"
    temporary.mkdir(exist_ok=True, mode=0o700)
    return Service(
        executable_path=str(settings.chromedriver),
        # A group of its own, so that one signal reaches driver, browser and sandboxed renderers alike.
        popen_kw={"start_new_session": True},
        env={**_quiet_environment(profile.parent), "FLOWHQ_BROWSER": str(settings.browser), "TMPDIR": str(temporary)},
        log_output=subprocess.DEVNULL,
    )


def _quiet_environment(home: Path) -> dict[str, str]:
    # Crash handlers and caches go by these, and the real home may not be writable.
    return {"PATH": os.defpath, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"),
            "LANG": "C.UTF-8"}


def _options(settings: Settings, profile: Path) -> Options:
    options = Options()
    shell = is_headless_shell(settings.browser)
    options.binary_location = str(SHELL_WRAPPER if shell else settings.browser)
    options.page_load_strategy = "none"
    for flag in (*FLAGS, *((SHELL_FEATURES,) if shell else CHROMIUM_FEATURES)):
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={profile}")
    options.add_argument(f"--user-agent={settings.user_agent or _user_agent(settings.browser)}")
    if settings.egress:
        # Names are looked up at the far end, and our own machine is reached through it too, where it is allowed at all.
        options.add_argument(f"--proxy-server=socks5://{settings.egress}")
        options.add_argument("--proxy-bypass-list=<-loopback>")
    if not _sandboxed(settings):
        options.add_argument("--no-sandbox")
    return options


def is_headless_shell(browser: Path) -> bool:
    """Whether the setting names the headless shell rather than Chromium proper."""
    return "headless-shell" in browser.name or "headless_shell" in browser.name


def _sandboxed(settings: Settings) -> bool:
    # Chromium's sandbox refuses to start under root; production never runs a worker as root.
    return settings.production or (settings.browser_sandbox and os.geteuid() != 0)


def _user_agent(browser: Path) -> str:
    """What the desktop Chrome of this browser's version calls itself, so that the shell does not stand out."""
    version = subprocess.run([browser, "--version"], capture_output=True, text=True, check=False, timeout=30).stdout  # noqa: S603  the configured browser
    major = next((word.split(".")[0] for word in version.split() if word[:1].isdigit()), "140")
    return f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Safari/537.36"


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
