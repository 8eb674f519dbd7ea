import pytest
from flask import Flask
from flask_babel import force_locale

from app.web import details


@pytest.mark.parametrize(("detail", "said"), [
    ("WhatsApp Web is loading.", "WhatsApp Web inafunguliwa."),
    ("The link was ended (user_initiated). The phone has unlinked this device. Scan the code to link the number again.",
     "Kiungo kimekatwa (user_initiated). Simu imekiondoa kifaa hiki. Skani msimbo ili kuunganisha namba tena."),
    ("WhatsApp Web asks something that a person must answer: Your 100% PIN",
     "WhatsApp Web inauliza jambo ambalo mtu lazima alijibu: Your 100% PIN"),
    ("Something that nobody foresaw", "Something that nobody foresaw"), ("", "")])
def test_what_a_worker_says_is_read_in_the_language_of_the_page(web_app: Flask, detail: str, said: str):
    with web_app.test_request_context(), force_locale("sw"):
        assert details.in_words(detail) == said
