"""A backup made while customers write, and put back on another machine once the first is gone."""
import subprocess
import time
from datetime import UTC, datetime

import pytest

from tests.host.crowd import Crowd
from tests.host.image import what_is_missing
from tests.host.operator import operator_of
from tests.host.outside import outside
from tests.host.spare import administered, spare_machine
from tests.patience import eventually

pytestmark = [pytest.mark.host, pytest.mark.deployment, pytest.mark.browser, pytest.mark.timeout(1800)]
SLUGS = ("acme", "beta", "coco")
LOST, NEW = "lost.flowhq.test", "new.flowhq.test"
PLACE = "/root/restore"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """What the operator holds: the key, one of somebody else, and a directory for backups."""
    if missing := what_is_missing():
        pytest.skip(missing)
    place = tmp_path_factory.mktemp("operator")
    for name in ("key", "strange_key"):
        subprocess.run(["age-keygen", "-o", place / name], check=True, capture_output=True)
    return place


@pytest.fixture(scope="module")
def world(keys):
    with outside() as everything:
        yield everything


@pytest.fixture(scope="module")
def saved(world, keys):
    """Businesses whose machine was lost after a backup that was made while their customers wrote."""
    recipient = subprocess.run(["age-keygen", "-y", keys / "key"], check=True, capture_output=True, text=True).stdout
    with (spare_machine(world) as machine, administered(machine, world) as host,
          operator_of({LOST: machine}) as operator):
        businesses = [host.linked(slug) for slug in SLUGS]
        machine.put("/etc/flowhq/backup_recipients", recipient, mode="0600")
        crowd = Crowd(businesses)
        with crowd.writing():
            eventually(lambda: min(crowd.answers.values()) >= 2, "the conversations are under way")
            began = time.monotonic()
            play = operator.play("backup.yml", backup_here=str(keys))
            assert play.status == 0, play.output[-4000:]
            brought = next((keys / LOST).glob("flowhq-*.tar.zst.age")).rename(keys / "backup")
            print(f"\nbacked up and brought here in {time.monotonic() - began:.1f} s: {brought.stat().st_size} bytes")
        crowd.is_answered()
        assert crowd.answers == crowd.wrote, "holding a worker still costs no answer, and doubles none"
        yield machine, businesses, crowd


def flowhq(machine, keys, *words, key="key", backup="backup"):
    """`flowhq backup …` with the operator's files, which do not stay on the machine."""
    machine.copy(keys, PLACE)
    try:
        return machine.run("flowhq", "backup", words[0], f"{PLACE}/{backup}", "--identity", f"{PLACE}/{key}",
                           *words[1:], check=False, timeout=300)
    finally:
        machine.run("rm", "-r", PLACE)


def test_a_backup_of_a_host_at_work_is_whole(saved, keys):
    machine, *_ = saved
    done = flowhq(machine, keys, "verify")

    assert "of 3 tenants" in done.stdout, done.stderr


def test_it_opens_with_the_operators_key_alone(saved, keys):
    machine, *_ = saved
    done = flowhq(machine, keys, "verify", key="strange_key")

    assert done.returncode == 1
    assert "no identity matched" in done.stderr


def test_one_changed_byte_is_found_before_anything_is_replaced(saved, keys):
    machine, businesses, _ = saved
    content = bytearray((keys / "backup").read_bytes())
    content[len(content) // 2] ^= 1
    (keys / "damaged").write_bytes(content)
    pid = machine.run("systemctl", "show", "--value", "--property=MainPID", "flowhq-web.service").stdout

    done = flowhq(machine, keys, "verify", backup="damaged")

    assert done.returncode == 1
    assert "decrypt" in done.stderr
    assert machine.run("systemctl", "show", "--value", "--property=MainPID", "flowhq-web.service").stdout == pid


def test_on_another_machine_all_answer_again_and_nobody_scans(saved, keys, world):
    lost, businesses, crowd = saved
    devices = {business.slug: business.devices() for business in businesses}
    lost.down()
    lost_at = datetime.now(UTC)
    late = Crowd(businesses, first=255713000001)
    late.all_write()
    with spare_machine(world) as machine, operator_of({NEW: machine}) as operator:
        file = {"restore_file": str(keys / "backup")}
        for key, told in (("nowhere", "with which key of age it opens"), ("strange_key", "no identity matched")):
            refused = operator.play("restore.yml", restore_identity=str(keys / key), **file)
            assert told in " ".join(refused.output.split())
            assert machine.run("systemctl", "is-active", "flowhq-web.service").stdout == "active\n"
        began = time.monotonic()
        play = operator.play("restore.yml", restore_identity=str(keys / "key"), **file)
        assert play.status == 0, play.output[-4000:]
        print(f"\nrestored in {time.monotonic() - began:.1f} s")
        late.has_had_one_answer_each()
        print(f"what was written meanwhile was answered {time.monotonic() - began:.1f} s after the restore began")
        # What the lost machine answered after the backup stands in the chats: nobody is answered twice.
        crowd.has_had_one_answer_each()
        assert sum(lines_known(machine, f"{lost_at:%Y-%m-%d %H:%M:%S}").values()) < sum(crowd.wrote.values())
        assert lines_known(machine).items() >= crowd.wrote.items()
        crowd.all_write()
        crowd.has_had_one_answer_each()
        late.all_write()
        late.has_had_one_answer_each()
        refused = operator.play("restore.yml", restore_identity=str(keys / "key"), **file)
        assert "has 3 businesses, which the backup would replace" in " ".join(refused.output.split())

    assert {business.slug: business.devices() for business in businesses} == devices


def lines_known(machine, before="infinity"):
    """How many lines of each customer the machine's database has, and had before that moment."""
    query = f"""SELECT phone, count(*) FILTER (WHERE message.created_at < '{before}')
                FROM message JOIN chat ON chat.id = chat_id WHERE direction = 'IN' GROUP BY phone"""
    lines = machine.run("psql", "-At", "flowhq", "-c", query, user="postgres").stdout.splitlines()
    return {f"+{phone}": int(count) for phone, count in (line.split("|") for line in lines)}
