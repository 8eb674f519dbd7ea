"""The forms of signing up and in, and of one's own account."""
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, SelectField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from app.models import Language
from app.services.passwords import LEAST, MOST
from app.web.forms import Form

REQUIRED = DataRequired(_l("Please fill this in."))
LANGUAGES = [SelectChoice(Language.EN.value, "English"), SelectChoice(Language.SW.value, "Kiswahili")]
PASSWORD_ADVICE = _l("At least 10 characters; three or four words make a good one.")


def email_field() -> EmailField:
    """Where an e-mail address is typed."""
    return EmailField(_l("E-mail address"), [REQUIRED, Length(max=254)],
                      render_kw={"autocomplete": "username", "spellcheck": "false"})


def new_password_field() -> PasswordField:
    """Where a new password is typed; the service decides whether it is good enough."""
    return PasswordField(_l("New password"), [REQUIRED, Length(max=MOST)], description=PASSWORD_ADVICE,
                         render_kw={"autocomplete": "new-password", "minlength": LEAST})


def code_field() -> StringField:
    """Where a code of the second factor is typed."""
    return StringField(_l("Code"), [REQUIRED, Length(max=40)],
                       render_kw={"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false"})


class SignInForm(Form):
    """E-mail address and password."""

    email = email_field()
    password = PasswordField(_l("Password"), [REQUIRED, Length(max=MOST)],
                             render_kw={"autocomplete": "current-password"})
    submit = SubmitField(_l("Sign in"))


class SignUpForm(Form):
    """A business's owner."""

    name = StringField(_l("Your name"), [REQUIRED, Length(max=120)], render_kw={"autocomplete": "name"})
    email = email_field()
    password = new_password_field()
    language = SelectField(_l("Language of your pages"), choices=LANGUAGES)
    submit = SubmitField(_l("Sign up"))


class CodeForm(Form):
    """A code of the second factor."""

    code = code_field()
    submit = SubmitField(_l("Continue"))


class ForgottenForm(Form):
    """Whose password is forgotten."""

    email = email_field()
    submit = SubmitField(_l("Mail me a link"))


class ResetForm(Form):
    """A new password."""

    password = new_password_field()
    submit = SubmitField(_l("Save and sign in"))


class InvitationForm(Form):
    """The name and password of somebody invited."""

    name = StringField(_l("Your name"), [REQUIRED, Length(max=120)], render_kw={"autocomplete": "name"})
    password = new_password_field()
    submit = SubmitField(_l("Save and sign in"))


class ConfirmForm(Form):
    """One button."""

    submit = SubmitField(_l("Yes, this is my address"))


class ProfileForm(Form):
    """Name and language."""

    name = StringField(_l("Your name"), [REQUIRED, Length(max=120)], render_kw={"autocomplete": "name"})
    language = SelectField(_l("Language of your pages"), choices=LANGUAGES)
    submit = SubmitField(_l("Save"))


class EmailForm(Form):
    """A new e-mail address, with the password."""

    email = EmailField(_l("New e-mail address"), [REQUIRED, Length(max=254)], render_kw={"autocomplete": "email"})
    password = PasswordField(_l("Password"), [REQUIRED, Length(max=MOST)],
                             render_kw={"autocomplete": "current-password"})
    submit = SubmitField(_l("Mail a link to the new address"))


class PasswordForm(Form):
    """The old password and the new."""

    old = PasswordField(_l("Present password"), [REQUIRED, Length(max=MOST)],
                        render_kw={"autocomplete": "current-password"})
    password = new_password_field()
    submit = SubmitField(_l("Change the password"))
