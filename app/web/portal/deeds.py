"""What somebody did, in words."""
from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.models import AuditEntry

DEEDS: Mapping[str, LazyString] = {
    "account.accept_invitation": _l("joined"),
    "account.change": _l("changed the account"),
    "account.change_password": _l("changed the password"),
    "account.confirm_email": _l("confirmed an e-mail address"),
    "account.create": _l("made an account"),
    "account.invite": _l("invited somebody"),
    "account.remove": _l("took somebody off"),
    "account.notifications": _l("chose what to be told of"),
    "account.recovery_codes": _l("made new recovery codes"),
    "account.reset_password": _l("chose a new password"),
    "account.second_factor_off": _l("turned the second factor off"),
    "account.second_factor_on": _l("turned the second factor on"),
    "account.sign_in": _l("signed in"),
    "account.sign_out": _l("signed out"),
    "account.sign_up": _l("signed up"),
    "booking.cancelled": _l("cancelled a booking"),
    "booking.confirmed": _l("confirmed a booking"),
    "booking.declined": _l("declined a booking"),
    "booking.make": _l("wrote a booking down"),
    "booking.missed": _l("noted that a customer did not come"),
    "booking.proposed": _l("proposed another time for a booking"),
    "chat.give_back": _l("gave a chat back to the bot"),
    "chat.take_over": _l("took a chat over"),
    "chat.write": _l("wrote into a chat"),
    "content.discard": _l("threw a draft away"),
    "content.draft": _l("changed the draft"),
    "content.go_back": _l("went back to an earlier version"),
    "content.publish": _l("published the content"),
    "data.erase": _l("erased a customer's data"),
    "data.export": _l("exported all data"),
    "order.confirmed": _l("confirmed an order"),
    "order.delivered": _l("noted that an order was delivered"),
    "order.made_ready": _l("made an order ready"),
    "order.refused": _l("cancelled an order"),
    "order.sent": _l("sent an order"),
    "request.submit": _l("sent the setup request"),
    "request.approve": _l("approved the setup request"),
    "request.reject": _l("did not approve the setup request"),
    "request.review": _l("began to look at the setup request"),
    "session.pairing": _l("asked for a pairing code"),
    "stock.set": _l("counted the stock"),
    "tenant.change": _l("changed the business"),
    "tenant.create": _l("made the business"),
    "tenant.reset_session": _l("unlinked the phone for a new number"),
    "ticket.reopen": _l("opened a ticket again"),
    "ticket.solve": _l("solved a ticket"),
    "webhook.remove": _l("removed the webhook"),
    "webhook.renew_secret": _l("made a new secret for the webhook"),
    "webhook.save": _l("gave the webhook its address"),
    "webhook.test": _l("sent a test to the webhook"),
    "worker.force_restart": _l("restarted the bot by force"),
    "worker.restart": _l("restarted the bot"),
    "worker.start": _l("started the bot"),
    "worker.stale": _l("found the bot silent"),
    "worker.stop": _l("stopped the bot"),
}
SHOWN = ("email", "version", "changed", "number", "order", "product", "amount")


def deed_in_words(entry: AuditEntry) -> str:
    """The deed; one that has no words here is shown by its name."""
    return str(DEEDS.get(entry.action, entry.action.replace(".", " ").replace("_", " ")))


def detail_in_words(entry: AuditEntry) -> str:
    """What of the detail is worth a look."""
    values = (entry.detail.get(name) for name in SHOWN) if isinstance(entry.detail, dict) else ()
    return ", ".join(", ".join(map(str, value)) if isinstance(value, list) else str(value) for value in values if value)
