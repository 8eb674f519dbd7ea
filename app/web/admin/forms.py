"""The forms of an admin: a tenant's facts, its configuration, the reason of a rejection."""
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from app.models import AwayPolicy, Language, Template
from app.services.tenants import DEFAULT_TIMEZONE
from app.web.forms import Form
from app.web.labels import AWAY_POLICIES, LABELS
from app.web.words import TEMPLATES

REQUIRED = DataRequired(_l("Please fill this in."))
LANGUAGES = [SelectChoice(Language.EN.value, "English"), SelectChoice(Language.SW.value, "Kiswahili")]
TEMPLATE_CHOICES = [SelectChoice(template.value, TEMPLATES[template]) for template in Template]
LIMITS = {
    "chat_limit": _l("Replies a chat may get in its window"),
    "chat_window_s": _l("Length of that window, in seconds"),
    "tenant_limit": _l("Replies all chats together may get in their window"),
    "tenant_window_s": _l("Length of that window, in seconds"),
    "typing_ms_per_char": _l("Milliseconds of typing for each character"),
    "typing_max_ms": _l("The longest typing, in milliseconds"),
    "handover_hours": _l("Hours the bot keeps out after handing a chat over"),
    "owner_silence_hours": _l("Hours the bot keeps out after the business wrote itself"),
    "warm_up_days": _l("Days in which a number that was just linked sends slowly"),
    "away_hours": _l("Hours after which a message that came while the bot was away is left to the business"),
    "away_limit": _l("The most of such messages that the bot answers"),
}
AWAY = AWAY_POLICIES | {AwayPolicy.LEAVE: _l("Leave them to the business")}


class TenantForm(Form):
    """What a tenant is, without its address."""

    name = StringField(_l("Name of the business"), [REQUIRED, Length(max=120)])
    phone_number = StringField(_l("WhatsApp number"), [Length(max=40)],
                               description=_l("Such as +255 712 345 678; it may be left open."),
                               render_kw={"inputmode": "tel"})
    template = SelectField(_l("What the bot can do"), choices=TEMPLATE_CHOICES)
    language = SelectField(_l("The bot's first language"), choices=LANGUAGES)
    timezone = StringField(_l("Time zone"), [REQUIRED, Length(max=64)], default=DEFAULT_TIMEZONE)


class NewTenantForm(TenantForm):
    """A tenant that is being made."""

    slug = StringField(_l("Short name for addresses"), [REQUIRED, Length(max=27)],
                       description=_l("1 to 27 of a-z, 0-9 and -. It never changes."),
                       render_kw={"autocapitalize": "none", "spellcheck": "false"})
    submit = SubmitField(_l("Create"))


class ChangeTenantForm(TenantForm):
    """A tenant that is being changed."""

    business_name = StringField(_l("Name that the bot uses"), [REQUIRED, Length(max=120)])
    away_policy = SelectField(LABELS["away_policy"],
                              choices=[SelectChoice(policy.value, AWAY[policy]) for policy in AwayPolicy])
    hours = TextAreaField(_l("Opening hours, as YAML"), [Length(max=20_000)], render_kw={"rows": 8})
    content = TextAreaField(_l("What the bot knows, as YAML"), [Length(max=500_000)], id="bot-content",
                            render_kw={"rows": 16})
    submit = SubmitField(_l("Save"))


for _name, _label in LIMITS.items():
    setattr(ChangeTenantForm, _name, IntegerField(_label, [Optional()]))


class DeleteForm(Form):
    """A tenant that is to go."""

    typed = StringField(_l("Type its short name to delete it"), [REQUIRED, Length(max=40)],
                        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"})
    submit = SubmitField(_l("Delete everything"))


class RejectForm(Form):
    """Why a setup request is rejected."""

    reason = TextAreaField(_l("Reason, which the business reads"), [REQUIRED], render_kw={"rows": 3})
    submit = SubmitField(_l("Reject"))
