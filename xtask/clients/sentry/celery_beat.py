"""Celery's beat and one of its workers, with the SDK's integration: tasks that beat starts are monitored unasked.

As a program it runs both, with a broker of files, until both tasks have ended; imported by Celery, it is the
application. What comes of it: `celery-books` completed, `celery-fails` failed.
"""

import logging
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone

import sentry_sdk
from celery import Celery
from celery.signals import task_postrun
from sentry_sdk.integrations.celery import CeleryIntegration

ENDS_WITHIN_SECONDS = 60


class Complaints(logging.Handler):
    """What the SDK says of answers that it does not like, in a file: there are two processes."""

    def emit(self, record):
        with open(folder / "complaints", "a") as file:
            file.write(record.getMessage() + "\n")


def entry(task):
    """Due at once, and then each minute."""
    long_ago = datetime.now(timezone.utc) - timedelta(hours=1)
    return {"task": task, "schedule": timedelta(minutes=1), "last_run_at": long_ago}


def application():
    logging.getLogger("sentry_sdk.errors").addHandler(Complaints(logging.WARNING))
    sentry_sdk.init(
        dsn=os.environ["PUNCTUAL_DSN"],
        environment="production",
        release="books@4",
        debug=True,
        integrations=[CeleryIntegration(monitor_beat_tasks=True)],
    )
    app = Celery("books", broker="filesystem://")
    queue = str(folder / "queue")
    app.conf.broker_transport_options = {
        "data_folder_in": queue,
        "data_folder_out": queue,
        "control_folder": str(folder / "control"),
    }
    app.conf.beat_schedule = {
        "celery-books": entry("books"),
        "celery-fails": entry("fails"),
    }
    app.conf.beat_scheduler = "celery.beat:Scheduler"

    @app.task(name="books")
    def books():
        time.sleep(0.2)

    @app.task(name="fails")
    def fails():
        raise ValueError("disk full")

    @task_postrun.connect(weak=False)
    def ended(task, **_):
        sentry_sdk.flush()
        (folder / f"{task.name}.ended").touch()

    return app


def run(*arguments):
    command = [sys.executable, "-m", "celery", "-A", "celery_beat", *arguments]
    where = {"cwd": pathlib.Path(__file__).parent, "stdout": sys.stderr}
    return subprocess.Popen(command, env={**os.environ, "PUNCTUAL_CELERY": str(folder)}, **where)


def both():
    (folder / "queue").mkdir()
    (folder / "control").mkdir()
    crew = [run("worker", "--pool", "solo", "--loglevel", "WARNING"), run("beat", "--loglevel", "WARNING", "--pidfile=")]
    until = time.monotonic() + ENDS_WITHIN_SECONDS
    try:
        while not all((folder / f"{task}.ended").exists() for task in ("books", "fails")):
            if time.monotonic() > until or any(process.poll() is not None for process in crew):
                return f"the tasks have not ended within {ENDS_WITHIN_SECONDS} s"
            time.sleep(0.1)
    finally:
        for process in reversed(crew):
            process.send_signal(signal.SIGTERM)
            process.wait(30)
    complaints = folder / "complaints"
    return complaints.read_text() if complaints.exists() else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        sys.exit(both())

folder = pathlib.Path(os.environ["PUNCTUAL_CELERY"])
app = application()
