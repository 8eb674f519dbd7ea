"""A certificate authority on a machine that is to the machine what Let's Encrypt is to one on the Internet: pebble.

It asks at port 80 of the name whether the machine has it, as any authority does, and its certificates end so soon that
certbot takes each for due.
"""
import json
import subprocess
import tempfile
from pathlib import Path

from tests.host.machine import Machine
from tests.patience import eventually

DIRECTORY = "https://127.0.0.1:14000/dir"
PLACE = "/root/pebble"
VALID_S = 10 * 24 * 3600
INSTALL_S = 300.0
UNIT = f"""\
[Unit]
Description=A certificate authority, for tests alone

[Service]
Environment=PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0
ExecStart=/usr/bin/pebble -config {PLACE}/config.json
"""
CONFIG = {"pebble": {
    "listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000", "httpPort": 80, "tlsPort": 443,
    "certificate": f"{PLACE}/cert.pem", "privateKey": f"{PLACE}/key.pem", "ocspResponderURL": "",
    "externalAccountBindingRequired": False, "certificateValidityPeriod": VALID_S,
}}


def run_authority(machine: Machine) -> None:
    """Let an authority run there, which the machine trusts, and wait until it answers."""
    machine.run("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "pebble", timeout=INSTALL_S)
    with tempfile.TemporaryDirectory(prefix="fhq-authority-") as directory:
        place = Path(directory)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", place / "key.pem",
                        "-out", place / "cert.pem"], check=True, capture_output=True)
        (place / "config.json").write_text(json.dumps(CONFIG))
        machine.copy(place, PLACE)
    machine.run("install", "-m", "0644", f"{PLACE}/cert.pem", "/usr/local/share/ca-certificates/pebble.crt")
    machine.run("update-ca-certificates")
    machine.put("/etc/systemd/system/pebble.service", UNIT)
    machine.run("systemctl", "start", "pebble.service")
    eventually(lambda: not machine.run("curl", "--silent", "--fail", DIRECTORY, check=False).returncode,
               "the certificate authority answers")
