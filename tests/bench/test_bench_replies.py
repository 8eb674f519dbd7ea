"""What a reply costs: nothing is asserted of the speed, it is measured and printed (`make bench`).

Latency is taken inside the page: from the moment WhatsApp Web adds a customer's message to its collection to the moment
it adds the reply, with both lines in the database before the reply leaves. Rivals' bare echo bots, which store nothing,
take 3.3 to 4.0 ms median on such a page.
"""
import statistics
import time
from datetime import UTC, datetime

import psutil
import pytest

from app.models import Message, Tenant
from tests.patience import eventually
from tests.rig import SLUG, assert_each_answered_once_in_order, await_answers, make_tenant, rig
from worker.config import load_config
from worker.inbox import Inbox
from worker.whatsapp.devtools import DevTools
from worker.whatsapp.events import MessageSeen

pytestmark = [pytest.mark.bench, pytest.mark.browser]

MESSAGES, PER_SECOND = 60, 1.0
BURST, CHATS = 1000, 20

WATCH = """(() => {
  window.marks = [];
  const mark = (what, id) => marks.push([what, id, performance.now()]);
  WPP.whatsapp.MsgStore.on('add', m => mark(m.id.fromMe ? 'reply' : 'message', String(m.id)));
  const { flowhqPush } = window, { send } = window.__flowhq;
  window.flowhqPush = text => { mark('push', JSON.parse(text).id); return flowhqPush(text); };
  window.__flowhq.send = (op, chat, key, text) => { mark('send', key); return send(op, chat, key, text); };
})()"""


@pytest.fixture
def running(database, settings):
    make_tenant()
    with rig(settings) as made:
        made.start_worker()
        made.link()
        yield made


@pytest.fixture
def say(capfd):
    """Prints past pytest's capture."""
    def say(text: str) -> None:
        with capfd.disabled():
            print(text)
    return say


def spread(values):
    """Median, p95 and p99, in the unit of the values."""
    ordered = sorted(values)
    return tuple(round(value, 2) for value in (
        statistics.median(ordered), ordered[int(len(ordered) * 0.95)], ordered[int(len(ordered) * 0.99)]))


def page_of(made) -> DevTools:
    port = (made.directory / "profile" / "DevToolsActivePort").read_text().split()[0]
    return DevTools(f"127.0.0.1:{port}")


def stages(marks):
    """Milliseconds of each message's way: in the page, through the worker, in the page again, in all."""
    when = {(what, key): at for what, key, at in marks}
    for row in Message.select().where(Message.direction == "OUT"):
        asked = Message.get_by_id(row.in_reply_to).wa_message_id
        message, push = when["message", asked], when["push", asked]
        send, reply = when["send", row.wa_message_id], when["reply", row.wa_message_id]
        yield push - message, send - push, reply - send, reply - message


def test_bench_latency_of_a_reply(running, database, say):
    (customer,) = running.customers(1)
    running.write(customer, "hello")
    eventually(lambda: len(running.on_screen(customer)) == 2, "warmed up")
    Message.delete().execute()
    page = page_of(running)
    page.evaluate(WATCH)
    for number in range(MESSAGES):
        running.write(customer, f"hello {number}")
        time.sleep(1 / PER_SECOND)
    eventually(lambda: Message.select().where(Message.direction == "OUT").count() == MESSAGES, "all are answered")
    ways = list(zip(*stages(page.evaluate("marks")), strict=True))
    say(f"\n{type(database).__name__}: {MESSAGES} messages at {PER_SECOND:g}/s, ms as median, p95, p99")
    for name, values in zip(("page: message to push", "worker: push to send", "page: send to reply", "in all"), ways,
                            strict=True):
        say(f"  {name:24} {spread(values)}")
    say(f"  of the worker: claim     {spread(claims(database, MESSAGES))}   (find the chat, decide, log, commit)")
    say(f"  memory of the tree       {memory_mib(running):.0f} MiB PSS")


def claims(database, count):
    """Milliseconds that claiming and committing takes, at the same pace."""
    tenant = Tenant.get(Tenant.slug == SLUG)
    inbox = Inbox(tenant, load_config(tenant), lambda chat: "", datetime.now(UTC))
    for number in range(count):
        chat = "255719999999@c.us"
        message = MessageSeen(id=f"false_{chat}_C{number}", chat=chat, server="c.us", kind="chat", text="hello",
                              time=int(time.time()), phone="255719999999", keys=(f"true_{chat}_C{number}",))
        begun = time.perf_counter()
        inbox.take(message, datetime.now(UTC))
        yield (time.perf_counter() - begun) * 1000
        time.sleep(0.2)


def test_bench_burst_from_many_chats(running, database, say):
    customers = running.customers(CHATS)
    written = {customer: [] for customer in customers}
    cpu, begun = cpu_seconds(running), time.perf_counter()
    for number in range(BURST):
        customer = customers[number % CHATS]
        written[customer].append(running.write(customer, f"hello {number}"))
    posted = time.perf_counter() - begun
    eventually(lambda: Message.select().where(Message.delivery.in_(["SENT", "DELIVERED", "READ"])).count() == BURST,
               "all replies are out", 600)
    seconds = time.perf_counter() - begun
    used = {name: after - cpu[name] for name, after in cpu_seconds(running).items()}
    await_answers(running, customers, written)
    assert_each_answered_once_in_order(running, written)
    say(f"\n{type(database).__name__}: {BURST} messages from {CHATS} chats (posted in {posted:.1f} s): "
        f"{BURST / seconds:.0f} messages/s, CPU ms a message: "
        + ", ".join(f"{name} {value / BURST * 1000:.1f}" for name, value in used.items()))


def cpu_seconds(made):
    worker = psutil.Process(made.worker.pid)
    browser = worker.children(recursive=True)
    return {"worker": sum(worker.cpu_times()[:2]),
            "browser": sum(sum(process.cpu_times()[:2]) for process in browser),
            "sandbox": sum(psutil.Process(made.sandbox.pid).cpu_times()[:2])}


def memory_mib(made):
    worker = psutil.Process(made.worker.pid)
    return sum(process.memory_full_info().pss for process in [worker, *worker.children(recursive=True)]) / 2**20
