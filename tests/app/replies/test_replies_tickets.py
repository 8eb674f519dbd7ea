"""A support desk: steps to try, a ticket where they do not help, and what its customer can do with it."""
from datetime import timedelta

import pytest

from app.replies.desk import AddToTicket, CloseTicket, OpenTicket, subject_of
from tests.app.replies.conversation import Talk, bare, tenant

SLOW = {
    "problem": {"EN": "The internet is slow", "SW": "Mtandao uko polepole"},
    "steps": [{"EN": "Restart the router.", "SW": "Washa upya ruta."}, {"EN": "Use a cable.", "SW": "Tumia kebo."}],
    "phrasings": ["slow internet", "wifi is slow", "internet iko slow", "mtandao polepole"],
}
DESK = tenant("SUPPORT", language="EN", content={"problems": [SLOW]})
DETAILS = "My router in Umoja shows a red light since yesterday evening"


def begun(first: str = "my internet is slow") -> Talk:
    """A talk in which the first step was just given."""
    talk = Talk(DESK)
    talk.say(first)
    assert talk.because == "fix:step"
    return talk


def with_ticket(details: str = DETAILS) -> Talk:
    """A talk with one open ticket, number 1, in the hands of the bot again."""
    talk = Talk(DESK)
    talk.say("I have a problem")
    talk.say(details)
    assert talk.records.desk.tickets[0].number == 1
    return talk


def test_a_no_in_two_languages_is_no():
    talk = begun()

    assert "Tumia kebo." in talk.say("no bado")


@pytest.mark.parametrize(("said", "step", "asks"), [
    ("my internet is slow", "*Step 1 of 2:* Restart the router.", "Did that help? Write *yes* or *no*."),
    ("mtandao wangu uko polepole sana", "*Hatua ya 1 kati ya 2:* Washa upya ruta.", "Je, imesaidia?"),
    ("mtandao wangu uko slow kwa nyumba", "*Hatua ya 1 kati ya 2:* Washa upya ruta.", "Andika *ndiyo* au *hapana*."),
])
def test_steps_are_given_one_at_a_time(said, step, asks):
    reply = Talk(DESK).say(said)

    assert step in reply
    assert asks in reply
    assert "cable" not in reply
    assert "kebo" not in reply


@pytest.mark.parametrize("said", ["yes", "it works now, thanks", "ndiyo", "sasa inafanya kazi", "yes it is back"])
def test_a_step_that_helped_ends_it(said):
    talk = begun()

    assert talk.hears(said) == "fix:solved"
    assert "form" not in talk.state
    assert not talk.is_handed_over
    assert talk.deeds == []


@pytest.mark.parametrize("said", [
    "no", "still slow", "hapana", "bado haifanyi kazi", "it is not working", "not working now",
])
def test_a_step_that_did_not_help_leads_to_the_next(said):
    talk = begun()
    reply = talk.say(said)

    assert talk.because == "fix:step"
    assert "2" in reply.split("*")[1]


@pytest.mark.parametrize("said", ["ok", "sawa", "wait", "ngoja nijaribu", "done"])
def test_a_customer_who_is_trying_is_given_time(said):
    talk = begun()

    assert talk.hears(said) == "fix:ask_helped"
    assert talk.state["slots"]["step"] == 0


def test_after_the_last_step_there_is_a_ticket_with_all_that_was_said_and_tried():
    talk = begun()
    talk.say("no")
    talk.say("the light is red")
    reply = talk.say("still slow")

    assert talk.because == "fix:failed"
    assert talk.is_handed_over
    assert talk.deeds == [OpenTicket(1, "my internet is slow", "my internet is slow\nthe light is red",
                                     "the internet is slow", ("Restart the router.", "Use a cable."))]
    assert "Your ticket has the number *1*: my internet is slow\n" in reply


def test_words_that_tell_neither_yes_nor_no_count_as_no_the_second_time():
    talk = begun()

    assert talk.hears("the lamp blinks blue") == "fix:ask_helped"
    assert talk.hears("now it blinks green") == "fix:step"
    assert talk.state["slots"]["step"] == 1


def test_a_question_in_between_is_answered_and_leads_back():
    talk = begun()
    reply = talk.say("what are your opening hours?")

    assert talk.because == "hours"
    assert reply.endswith("Back to where we were: Did that help? Write *yes* or *no*.")
    assert talk.hears("no") == "fix:step"


def test_back_gives_the_step_before_and_then_the_menu():
    talk = begun()
    talk.say("no")

    assert "*Step 1 of 2:*" in talk.say("go back")
    assert talk.hears("rudi nyuma") == "menu"
    assert "form" not in talk.state


def test_a_problem_that_was_taken_out_of_the_content_is_forgotten():
    talk = begun()
    talk.config = bare("SUPPORT")

    assert talk.hears("no") == "ok"
    assert "form" not in talk.state


def test_another_template_hands_over_without_a_ticket():
    talk = Talk(bare("BOOKING", content={"problems": [SLOW]}))
    talk.say("my internet is slow")
    talk.say("no")
    talk.say("no")

    assert talk.because == "fix:failed"
    assert talk.is_handed_over
    assert talk.deeds == []


@pytest.mark.parametrize(("said", "told"), [
    ("where is my ticket?", "Now: we are working on it"), ("ticket 1", "*Ticket 1*"), ("my tickets", DETAILS),
    ("tiketi yangu imefikia wapi", "Sasa: tunaishughulikia"), ("habari, tiketi namba 1 iko wapi", "*Tiketi 1*"),
    ("nataka kujua status ya tiketi yangu", "Sasa: tunaishughulikia"),
])
def test_a_customer_asks_how_far_its_ticket_is(said, told):
    talk = with_ticket()

    assert told in talk.say(said)
    assert talk.because == "ticket:status"
    assert talk.deeds == []


def test_numbers_below_a_ticket_add_to_it_and_close_it():
    talk = with_ticket()
    talk.say("ticket")
    assert talk.hears("1") == "addition:ask_details"
    talk.say("It is the house with the blue gate")
    assert talk.deeds == [AddToTicket(1, "It is the house with the blue gate")]
    talk.say("ticket")
    talk.say("2")

    assert talk.deeds == [CloseTicket(1)]
    assert "Now: closed" in talk.say("ticket 1")


@pytest.mark.parametrize(("said", "deed"), [
    ("add to my ticket: it is house 12", AddToTicket(1, "it is house 12")),
    ("ongeza kwenye tiketi: ni nyumba namba 12", AddToTicket(1, "ni nyumba namba 12")),
    ("please close ticket 1", CloseTicket(1)), ("funga tiketi yangu", CloseTicket(1)),
    ("close my tiketi tafadhali", CloseTicket(1)),
])
def test_a_ticket_is_added_to_and_closed_in_one_message(said, deed):
    talk = with_ticket()
    talk.say(said)

    assert talk.deeds == [deed]


def test_a_closed_ticket_takes_nothing_more():
    talk = with_ticket()
    talk.say("close ticket 1")

    assert talk.hears("add to ticket 1: and another thing") == "ticket:is_closed"
    assert talk.deeds == []


def test_of_several_tickets_the_customer_chooses():
    talk = with_ticket()
    talk.say("new ticket")
    talk.say("The invoice of February names two routers although I have one")
    listed = talk.say("where is my ticket?")

    assert talk.because == "ticket:list"
    assert "1. Ticket 2: The invoice of February" in listed
    assert f"About: {DETAILS}" in talk.say("2")


@pytest.mark.parametrize(("said", "because"), [("ticket", "ticket:none"), ("tiketi yangu iko wapi?", "ticket:none")])
def test_who_has_no_ticket_is_told_how_to_get_one(said, because):
    talk = Talk(DESK)

    assert talk.hears(said) == because


def test_a_number_that_is_not_the_customers_is_not_told():
    talk = with_ticket()

    assert talk.say("ticket 7").startswith("I do not find a ticket 7 of yours.")


def test_a_problem_that_goes_on_belongs_to_the_ticket_there_is():
    talk = with_ticket()
    talk.say("it is still not working")

    assert talk.deeds == [AddToTicket(1, "it is still not working")]
    assert talk.is_handed_over


def test_the_menu_offers_the_tickets_of_who_has_some():
    assert "My tickets" not in Talk(DESK).say("menu")
    assert "2. My tickets" in with_ticket().say("menu")


def test_a_long_answer_may_name_a_ticket_without_being_about_it():
    talk = Talk(DESK)
    talk.say("I have a problem")
    talk.say("I wrote a ticket to your shop last week and nobody came to mend the broken cable outside")

    assert [type(deed) for deed in talk.deeds] == [OpenTicket]


def test_other_templates_know_no_tickets():
    assert Talk(tenant("BOOKING", language="EN")).hears("where is my ticket?") != "ticket:none"


def test_a_subject_is_one_line_cut_at_a_word():
    assert subject_of("slow\nsince Monday") == "slow"
    cut = subject_of("word " * 40)
    assert cut.endswith("word …")
    assert len(cut) <= 80


def test_a_ticket_keeps_its_number_over_the_days():
    talk = with_ticket()

    assert "Opened: Wednesday 4 March" in talk.say("ticket", after=timedelta(days=3))


@pytest.mark.parametrize(("said", "because"), [
    ("status", "ticket:status"), ("any news?", "ticket:status"), ("it works now", "ticket:status"),
    ("imerudi asante", "ticket:status"),
])
def test_a_ticket_is_meant_where_there_is_nothing_else(said, because):
    assert with_ticket().hears(said) == because


def test_what_is_said_after_a_ticket_was_shown_is_about_it():
    talk = with_ticket()
    talk.say("status")

    talk.say("add: the light is off now")
    assert [deed.said for deed in talk.deeds if isinstance(deed, AddToTicket)] == ["the light is off now"]
    talk.say("close it")
    assert [deed.number for deed in talk.deeds if isinstance(deed, CloseTicket)] == [1]


def test_what_was_said_first_goes_into_the_ticket():
    talk = Talk(DESK)
    talk.say("my router was stolen")
    talk.say("last night, from my house in Umoja")

    opened, = (deed for deed in talk.deeds if isinstance(deed, OpenTicket))
    assert (opened.subject, opened.said) == (
        "my router was stolen", "my router was stolen\nlast night, from my house in Umoja")


@pytest.mark.parametrize("said", ["yes", "asante", "ndio", "hello"])
def test_a_yes_describes_nothing(said):
    talk = Talk(DESK)
    assert talk.hears("I have a problem") == "problem:ask_details"
    talk.say(said)
    assert not talk.deeds

    talk = Talk(DESK)
    talk.say("my router was stolen")
    talk.say(said)
    assert [deed.said for deed in talk.deeds if isinstance(deed, OpenTicket)] == ["my router was stolen"]


@pytest.mark.parametrize("said", ["i paid but no internet", "nimelipa lakini hakuna mtandao"])
def test_a_problem_that_is_told_with_more_has_its_steps(said):
    assert Talk(tenant("SUPPORT")).hears(said) == "fix:step"


def test_moving_house_is_no_change_of_a_password():
    talk = Talk(tenant("SUPPORT"))
    assert talk.hears("nataka kuhamisha internet kayole") != "question"
