"""The browser, its driver and wa-js: there, of one version, and the ones that were tried together."""
import hashlib
import re
import subprocess
from pathlib import Path

from app.doctor.finding import Finding, fail, ok, warn
from app.settings import WA_JS_SHA256, Settings

OLDEST, NEWEST = 150, 156
"""The versions of Chromium that this version of Flow HQ and its wa-js were tested with."""
VERSION = re.compile(r"\d+(\.\d+){3}")


def browser(settings: Settings) -> Finding:
    """Whether the browser is there, and one that was tried with this wa-js."""
    version = _version(settings.browser)
    if version is None:
        return fail(f"{settings.browser} does not run", "`apt-get install chromium-headless-shell chromium-driver`, or "
                                                        "set FLOWHQ_BROWSER to the browser that is to be used.")
    seen = f"{settings.browser.name} {version}"
    if not OLDEST <= int(version.split(".")[0]) <= NEWEST:
        return warn(f"{seen}; this wa-js was tried with {OLDEST} to {NEWEST}",
                    "Try it with one business before you restart them all.")
    return ok(seen)


def driver(settings: Settings) -> Finding:
    """Whether the driver has the browser's version; another one refuses to start it."""
    version, wanted = _version(settings.chromedriver), _version(settings.browser)
    if version is None:
        return fail(f"{settings.chromedriver} does not run", "`apt-get install chromium-driver`.")
    if wanted and version.split(".")[0] != wanted.split(".")[0]:
        return fail(f"chromedriver {version} with a browser of version {wanted}",
                    f"`apt-get install chromium-driver={wanted}-*`: both come from one source and move together.")
    return ok(f"chromedriver {version}")


def held(_: Settings) -> Finding:
    """Whether Debian leaves the browser alone until somebody moves it on purpose, one business after another."""
    shown = subprocess.run(["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Want}\\n", "chromium*"],  # noqa: S607
                           capture_output=True, text=True, timeout=30, check=False).stdout
    wants = dict(line.split() for line in shown.splitlines())
    loose = [name for name, want in wants.items() if want == "install"]
    if loose:
        return warn(f"{', '.join(loose)} not held: an upgrade of the system changes the browser under every bot",
                    f"`apt-mark hold {' '.join(loose)}`; `deploy.yml` with deploy_part=chromium moves it.")
    return ok("held at its version")


def wa_js(settings: Settings) -> Finding:
    """Whether wa-js is there and the one that the settings name."""
    if not settings.wa_js.is_file():
        return fail(f"no wa-js at {settings.wa_js}", "Install the wheel again, or set FLOWHQ_WA_JS to the bundle.")
    found = hashlib.sha256(settings.wa_js.read_bytes()).hexdigest()
    if found != settings.wa_js_sha256:
        return fail(f"{settings.wa_js} has the SHA-256 {found[:12]}…, not {settings.wa_js_sha256[:12]}…",
                    "Put the bundle back, or set FLOWHQ_WA_JS_SHA256 if you mean this one.")
    if found != WA_JS_SHA256:
        return warn("another wa-js than this version was tested with", "Try it with one business first.")
    return ok("the wa-js of this version")


def _version(program: Path) -> str | None:
    try:
        shown = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = VERSION.search(shown.stdout)
    return found.group() if found else None
