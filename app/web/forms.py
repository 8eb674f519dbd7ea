"""Forms: what every form of ours can do, and how a refusal lands beside what was typed."""
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import flash, request
from flask_babel import get_translations, lazy_ngettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from app.errors import FlowError
from app.services.throttle import TooManyTries
from app.web.errors import said

# What WTForms itself says of our fields; named here so that the catalogues have it.
SAID_BY_WTFORMS = (
    _l("Not a valid integer value."), _l("Not a valid choice."),
    lazy_ngettext("Field cannot be longer than %(max)d character.",
                  "Field cannot be longer than %(max)d characters.", 1),
)


class Form(FlaskForm):
    """A form that can be refused by a service as well as by its own validators."""

    class Meta(FlaskForm.Meta):
        """Says what WTForms has to say in the language of the page."""

        def get_translations(self, form: object) -> Any:  # noqa: ARG002 - as WTForms calls it
            """Our own catalogue: WTForms has none for Swahili."""
            return get_translations()

    refusal: FlowError | None = None

    def is_sent(self) -> bool:
        """Whether this request sends the form, and its own validators accept it."""
        return bool(self.validate_on_submit())

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Show what a service refuses (FlowError) above the page, with everything that was typed still in it.

        Afterwards `refusal` says what it was.
        """
        try:
            yield
        except FlowError as error:
            self.refusal = error
            flash(said(error, {field.name: field.label.text for field in self}), "danger")

    @property
    def status(self) -> int:
        """The status for the page with the form: 200 when it is opened, 400 or 429 when it was refused."""
        if isinstance(self.refusal, TooManyTries):
            return 429
        return 400 if request.method == "POST" and (self.errors or self.refusal) else 200

    def values(self) -> dict[str, Any]:
        """What was typed, by field, without buttons and the guard's token."""
        return {field.name: field.data for field in self if field.type not in ("SubmitField", "CSRFTokenField")}
