"""Conversations that the example tenants carry through, as an owner writes them: see docs/conversations.md."""
from importlib.resources import files

from app.replies.voice import LANGUAGES


def shipped() -> dict[str, str]:
    """The text of each file, by its name such as `en/bookings.yaml`, in their order."""
    folders = (files("app.replies").joinpath(f"conversations/{language.lower()}") for language in LANGUAGES)
    return {
        f"{folder.name}/{path.name}": path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted(folder.iterdir(), key=lambda path: path.name) if path.name.endswith(".yaml")
    }
