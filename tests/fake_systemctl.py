#!/usr/bin/env python3
"""A stand-in for the system's systemctl, with units that are rows of a file: what it is asked for, it notes and does.

Its directory holds units.json (properties by unit), calls.txt (one call a line), and, where a test wants that,
refuse.json (complaints by verb) and slow.json (seconds by verb).
"""
import fcntl
import fnmatch
import json
import sys
import time
from pathlib import Path

HOME = Path(__file__).resolve().parent
DEAD = {"LoadState": "loaded", "ActiveState": "inactive", "SubState": "dead", "Result": "success", "MainPID": "0",
        "NRestarts": "0", "ExecMainCode": "0", "ExecMainStatus": "0", "ExecMainStartTimestamp": "",
        "StateChangeTimestamp": "", "RestartUSec": "2s", "StatusText": ""}


def main(arguments):
    verb, *rest = arguments
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with (HOME / "calls.txt").open("a") as calls:
            calls.write(" ".join(arguments) + "\n")
    time.sleep(read("slow.json").get(verb, 0))
    if complaint := read("refuse.json").get(verb):
        print(complaint, file=sys.stderr)
        return 1
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return show(rest) if verb == "show" else change(verb, rest[-1])


def show(rest):
    wanted = next(each for each in rest if each.startswith("--property=")).partition("=")[2].split(",")
    units, pattern = read("units.json"), rest[-1]
    found = fnmatch.filter(units, pattern) if "*" in pattern else [pattern]
    blocks = [{**DEAD, **units.get(unit, {}), "Id": unit} for unit in found]
    print("\n\n".join("\n".join(f"{name}={block[name]}" for name in wanted) for block in blocks))
    return 0


def change(verb, unit):
    units = read("units.json")
    known = unit in units
    if verb == "start":
        units[unit] = {"ActiveState": "active", "SubState": "running", "MainPID": str(4000 + len(read_calls())),
                       "ExecMainStartTimestamp": f"@{int(time.time())}"}
    elif verb == "kill" and known:
        units[unit] = {"ActiveState": "activating", "SubState": "auto-restart", "Result": "signal", "NRestarts": "1",
                       "ExecMainCode": "2", "ExecMainStatus": "9", "StateChangeTimestamp": f"@{int(time.time())}"}
    elif verb == "stop" and units.get(unit, {}).get("ActiveState") != "failed":
        units.pop(unit, None)
    elif verb == "reset-failed":
        if not known:
            print(f"Failed to reset failed state of unit {unit}: Unit {unit} not loaded.", file=sys.stderr)
            return 1
        if units[unit]["ActiveState"] == "failed":
            del units[unit]
    (HOME / "units.json").write_text(json.dumps(units))
    return 0


def read(name):
    file = HOME / name
    return json.loads(file.read_text()) if file.exists() else {}


def read_calls():
    return (HOME / "calls.txt").read_text().splitlines()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
