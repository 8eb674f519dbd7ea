"""What a monitoring system is told: each business's bot as numbers, in Prometheus's text format."""
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from peewee import JOIN

from app.models import (
    Desired,
    Dispatch,
    OutgoingMail,
    SessionState,
    Tenant,
    WebhookDelivery,
    WhatsAppSession,
    WorkerProcess,
)

LATE = timedelta(minutes=10)
"""How long something may wait to go out before it counts as late; a letter is tried again within it."""
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Metric:
    """One number by the value of one label, with what it says; `samples` maps the label's value to the number."""

    name: str
    says: str
    label: str
    samples: dict[str, float] = field(default_factory=dict)


def gather(now: datetime) -> Iterator[Metric]:
    """Every number, as of `now`; a business is in it once somebody wants its bot to run."""
    rows: Any = (
        Tenant.select(Tenant.slug, WhatsAppSession.state, WorkerProcess.last_seen_at, WorkerProcess.memory_mib)
        .join(WhatsAppSession, JOIN.LEFT_OUTER).switch(Tenant).join(WorkerProcess, JOIN.LEFT_OUTER)
        .where(Tenant.desired == Desired.RUNNING).order_by(Tenant.slug).tuples())
    wanted = list(rows)
    yield Metric("flowhq_bot_connected", "1 where the bot is linked to WhatsApp and answers", "tenant",
                 {slug: float(state == SessionState.CONNECTED) for slug, state, _, _ in wanted})
    yield Metric("flowhq_worker_silence_seconds", "Since the worker was last heard of", "tenant",
                 {slug: (now - seen).total_seconds() for slug, _, seen, _ in wanted if seen})
    yield Metric("flowhq_worker_memory_bytes", "What the worker and its browser take", "tenant",
                 {slug: float(taken * MEBIBYTE) for slug, _, _, taken in wanted if taken is not None})
    yield Metric("flowhq_outgoing_late", f"What should have gone out {LATE.seconds // 60} minutes ago", "kind",
                 {kind: float(_late(outbox, now)) for kind, outbox in (("letter", OutgoingMail),
                                                                       ("webhook", WebhookDelivery))})


def written(metrics: Iterable[Metric]) -> str:
    """The metrics as an exporter of text files reads them."""
    return "".join(f"{line}\n" for metric in metrics for line in _lines(metric))


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.says}."
    yield f"# TYPE {metric.name} gauge"
    for value, number in metric.samples.items():
        # A slug needs no escape, and the other labels are ours.
        yield f'{metric.name}{{{metric.label}="{value}"}} {number:.15g}'


def _late(outbox: type[OutgoingMail] | type[WebhookDelivery], now: datetime) -> int:
    waiting = outbox.select().where(outbox.state == Dispatch.WAITING, outbox.due_at < now - LATE)
    return int(waiting.count())
