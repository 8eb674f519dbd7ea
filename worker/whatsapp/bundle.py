"""The wa-js bundle, read from where the settings say and refused where it is not the one they name."""
import hashlib

from app.settings import Settings


class BundleError(Exception):
    """The bundle is missing or another one than expected; the message says what to do."""


def read_bundle(settings: Settings) -> str:
    """The bundle's source. Raises BundleError."""
    try:
        source = settings.wa_js.read_bytes()
    except OSError as error:
        raise BundleError(f"wa-js is not at {settings.wa_js} ({error.strerror}): run `make wa-js`, "
                          f"or set FLOWHQ_WA_JS to the bundle") from error
    found = hashlib.sha256(source).hexdigest()
    if found != settings.wa_js_sha256:
        raise BundleError(
            f"{settings.wa_js} is not the expected wa-js (its sha256 is {found}, not {settings.wa_js_sha256}): run "
            f"`make wa-js`, or set FLOWHQ_WA_JS_SHA256 if you mean this one")
    return source.decode()
