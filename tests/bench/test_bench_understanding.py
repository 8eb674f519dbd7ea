"""What understanding costs a worker: memory, start-up, and time a message. Nothing is asserted, it is printed."""
import json
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from app.replies import Incoming, decide, read_config
from app.replies.examples import EXAMPLES, example_content
from app.replies.understand import understand

pytestmark = pytest.mark.bench

ROUNDS = 5
MESSAGES = (
    "hello", "nataka kubook table ya watu wanne kesho saa mbili usiku", "where is my order 4512 it has not arrived",
    "bei gani", "I would like to cancel my appointment on Friday because something came up at work",
    "mnaleta mpaka Mbeya na inachukua siku ngapi?", "can u plz chnge my delivry adress", "what is the capital of peru",
)
NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
# The parts that came with the classifier and the slots, after everything that a worker loads anyway.
COST = """
import json, sys, time
import psutil
from app.replies import read_config
from app.replies.examples import example_content
from app.replies.voice import wording
wording(); read_config(**example_content(sys.argv[1]))
process = psutil.Process()
memory, begun = process.memory_full_info().uss, time.perf_counter()
from app.replies.classifier import classifier
from app.replies.slots.reading import read_slots
from app.replies.understand import MODELS, understand
from datetime import datetime, UTC
classifier(MODELS[sys.argv[1]]); ready = time.perf_counter() - begun
for text in ("nataka kubook kesho saa mbili usiku", "where is order 4512"):
    understand(text, sys.argv[1]); read_slots(text, datetime.now(UTC))
print(json.dumps([ready * 1000, (process.memory_full_info().uss - memory) / 2**20]))
"""


def test_bench_what_understanding_adds_to_a_worker(capfd):
    for template in EXAMPLES:
        runs = [json.loads(subprocess.run([sys.executable, "-c", COST, template], capture_output=True, text=True,
                                          check=True).stdout) for _ in range(ROUNDS)]
        start, memory = (statistics.median(values) for values in zip(*runs, strict=True))
        with capfd.disabled():
            print(f"\n{template:10} start-up +{start:.0f} ms (150), memory +{memory:.1f} MiB (12)")


@pytest.mark.parametrize("template", EXAMPLES)
def test_bench_a_message(template, capfd):
    config = read_config(**example_content(template))
    understood = [milliseconds(understand, text, template) for text in MESSAGES for _ in range(20)]
    decided = [milliseconds(decide, Incoming(text), {}, config, NOW) for text in MESSAGES for _ in range(20)]
    longest = max(milliseconds(decide, Incoming("order now " * 200), {}, config, NOW) for _ in range(5))
    with capfd.disabled():
        print(f"\n{template:10} ms a message: understanding {spread(understood)}, the whole decision {spread(decided)} "
              f"(median, p95); the longest message {longest:.1f}")


def milliseconds(work, *given):
    begun = time.perf_counter()
    work(*given)
    return (time.perf_counter() - begun) * 1000


def spread(values):
    ordered = sorted(values)
    return f"{statistics.median(ordered):.2f}, {ordered[int(len(ordered) * 0.95)]:.2f}"
