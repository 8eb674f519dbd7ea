from app.models import Chat
from worker.chats import find_chat


def test_a_customer_has_one_chat(tenant, seen):
    assert find_chat(tenant, seen()).id == find_chat(tenant, seen()).id
    assert find_chat(tenant, seen(phone="255711000002")).id != find_chat(tenant, seen()).id


def test_a_lid_without_a_number_is_a_customer_like_others(tenant, seen):
    chat = find_chat(tenant, seen(phone="", chat="987@lid", lid="987"))
    assert (chat.phone, chat.lid) == (None, "987")
    assert find_chat(tenant, seen(phone="", chat="987@lid", lid="987")).id == chat.id
    assert find_chat(tenant, seen(phone="", chat="988@lid", lid="988")).id != chat.id


def test_the_number_behind_a_lid_is_learnt_when_it_shows(tenant, seen):
    chat = find_chat(tenant, seen(phone="", chat="987@lid", lid="987"))
    assert find_chat(tenant, seen(phone="255711000001", chat="987@lid", lid="987")).id == chat.id
    assert Chat.get_by_id(chat.id).phone == "255711000001"
    assert find_chat(tenant, seen(phone="255711000001")).id == chat.id


def test_the_lid_behind_a_number_is_learnt_when_it_shows(tenant, seen):
    chat = find_chat(tenant, seen(phone="255711000001"))
    assert find_chat(tenant, seen(phone="255711000001", chat="987@lid", lid="987")).id == chat.id
    assert find_chat(tenant, seen(phone="", chat="987@lid", lid="987")).id == chat.id


def test_a_customer_known_twice_goes_on_in_the_chat_with_the_number(tenant, seen):
    by_lid = find_chat(tenant, seen(phone="", chat="987@lid", lid="987"))
    by_phone = find_chat(tenant, seen(phone="255711000001"))
    assert find_chat(tenant, seen(phone="255711000001", chat="987@lid", lid="987")).id == by_phone.id
    assert find_chat(tenant, seen(phone="", chat="987@lid", lid="987")).id == by_phone.id
    assert Chat.get_by_id(by_lid.id).lid is None


def test_the_same_number_at_two_tenants_is_two_chats(tenant, seen):
    other = type(tenant).create(slug="other", name="Other")
    assert find_chat(tenant, seen()).id != find_chat(other, seen()).id
