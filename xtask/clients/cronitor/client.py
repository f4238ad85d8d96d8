"""Cronitor's Python library against our server: PUNCTUAL_URL and PUNCTUAL_API_KEY (of an admin) say where and who.

Its servers' names are built in; `elsewhere` makes them lead here. It leaves the schedulers `cronitor-job` (one run that
completed, one that failed), `cronitor-job@staging`, `cronitor-beat`, `cronitor-put` and `cronitor-file`.
"""

import os
import tempfile

from elsewhere import Elsewhere

Elsewhere(["cronitor.link", "cronitor.io"], os.environ["PUNCTUAL_URL"]).lead()

import cronitor  # noqa: E402: what it connects by is read when it is imported

cronitor.api_key = os.environ["PUNCTUAL_API_KEY"]


@cronitor.job("cronitor-job")
def job():
    return "rows: 42"


@cronitor.job("cronitor-job")
def broken():
    raise ValueError("no room")


@cronitor.job("cronitor-job", env="staging")
def staged():
    return None


assert job() == "rows: 42"
try:
    broken()
    raise AssertionError("a job that fails goes on failing")
except ValueError:
    pass
staged()

beat = cronitor.Monitor("cronitor-beat")
assert beat.ping().status_code == 200
assert beat.ping(state="complete", message="done", metrics={"count": 100, "error_count": 2}).text == "OK"

put = cronitor.Monitor.put(key="cronitor-put", type="job", schedule="0 2 * * *", grace_seconds=600, tags=["db"], notify=["devops"])
assert (put.data.schedule, put.data.grace_seconds, put.data.tags) == ("0 2 * * *", 600, ["db"]), put.data
two = cronitor.Monitor.put([{"key": "cronitor-put", "type": "job"}, {"key": "cronitor-two", "type": "heartbeat", "schedule": "every 5 minutes"}])
assert [monitor.data.type for monitor in two] == ["job", "heartbeat"], two
cronitor.Monitor.put([{"key": "cronitor-never", "type": "job"}], rollback=True)
try:
    cronitor.Monitor.put(key="cronitor-never", type="check", request={"url": "https://example.org"})
    raise AssertionError("a check of a site is refused")
except cronitor.APIValidationError as refused:
    assert "no sites are checked here" in str(refused), refused
try:
    print(cronitor.Monitor("cronitor-never").data)
    raise AssertionError("what was rolled back is not there")
except cronitor.MonitorNotFound:
    pass

monitor = cronitor.Monitor("cronitor-put")
monitor.pause(4)
assert cronitor.Monitor("cronitor-put").data.paused is True
monitor.unpause()
assert cronitor.Monitor("cronitor-put").data.paused is False
keys = {one.key for one in cronitor.Monitor.list(pageSize=2, auto_paginate=True)}
assert {"cronitor-job", "cronitor-job@staging", "cronitor-beat", "cronitor-put", "cronitor-two"} <= keys, keys
assert cronitor.Monitor("cronitor-two").delete() is True

with tempfile.TemporaryDirectory() as home:
    cronitor.config = os.path.join(home, "cronitor.yaml")
    with open(cronitor.config, "w") as file:
        file.write("jobs:\n  cronitor-file:\n    schedule: every 10 minutes\n    tags: [file]\n")
    assert cronitor.validate_config() and cronitor.apply_config()
    cronitor.generate_config()
    with open(cronitor.config) as file:
        text = file.read()
    assert "cronitor-file" in text and "every 10 minutes" in text, text
    assert cronitor.apply_config()
