"""Posting to an address that somebody else chose."""
from collections.abc import Iterator

import pytest

from app.jobs import posting
from app.services.webhooks import NotPosted
from tests.receiver import Receiver


@pytest.fixture
def server() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.end()


@pytest.mark.parametrize("address", [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "2002:7f00:1::", "2002:a00:1::", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "2001:0:102:304::80ff:fffe"])
def test_addresses_of_ours_and_of_private_networks_are_not_public(address):
    assert not posting.is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "64:ff9b::101:101"])
def test_addresses_of_the_internet_are_public(address):
    assert posting.is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_no_spelling_of_this_machine_is_reached(server, host):
    with pytest.raises(NotPosted, match="private network|not a canonical IPv4 address"):
        posting.post(server.url(host=host), b"{}", {})
    assert server.posted == []


def test_where_it_is_allowed_the_body_arrives_as_it_is(server):
    assert posting.post(server.url(host="localhost"), b'{"a": "\xc3\xa9"}', {"X-Test": "yes"}, loopback=True) == 204
    ((path, body, headers),) = server.posted
    assert (path, body, headers["X-Test"]) == ("/", b'{"a": "\xc3\xa9"}', "yes")


def test_private_networks_stay_closed_where_this_machine_is_open():
    with pytest.raises(NotPosted, match="private network"):
        posting.post("http://10.255.255.1/", b"{}", {}, loopback=True)


def test_a_redirect_is_not_followed(server):
    assert posting.post(server.url("/redirect"), b"{}", {}, loopback=True) == 307
    assert [path for path, _, _ in server.posted] == ["/redirect"]


def test_whoever_says_nothing_is_not_waited_for(server, monkeypatch):
    monkeypatch.setattr(posting, "TIMEOUT_S", 0.3)
    with pytest.raises(NotPosted, match="no answer"):
        posting.post(server.url("/silent"), b"{}", {}, loopback=True)


def test_a_closed_port_and_an_unknown_name_are_said_so(free_port):
    with pytest.raises(NotPosted, match="Connect"):
        posting.post(f"http://127.0.0.1:{free_port}/", b"{}", {}, loopback=True)
    with pytest.raises(NotPosted, match="leads nowhere"):
        posting.post("https://no-such-host.invalid/", b"{}", {})
