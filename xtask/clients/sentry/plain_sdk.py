"""Jobs under the `monitor` decorator and with check-ins by hand, packed with gzip and with Brotli.

What comes of it: `plain-gzip` and `plain-br` completed, `plain-fails` failed, `plain-by-hand` completed in the
environment `staging` after 2.5 s.
"""

import logging
import os
import sys

import sentry_sdk
from sentry_sdk.crons import MonitorStatus, capture_checkin, monitor

NIGHTLY = {
    "schedule": {"type": "crontab", "value": "0 2 * * *"},
    "timezone": "Europe/Riga",
    "checkin_margin": 5,
    "max_runtime": 30,
    "failure_issue_threshold": 2,
    "recovery_threshold": 2,
}


class Complaints(logging.Handler):
    """What the SDK says of answers that it does not like."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.said = []

    def emit(self, record):
        self.said.append(record.getMessage())


def start(packing, environment="production"):
    sentry_sdk.init(
        dsn=os.environ["PUNCTUAL_DSN"],
        environment=environment,
        release="books@4",
        debug=True,
        _experiments={"transport_compression_algo": packing},
    )


complaints = Complaints()
logging.getLogger("sentry_sdk.errors").addHandler(complaints)

for packing in ("gzip", "br"):
    start(packing)

    @monitor(monitor_slug=f"plain-{packing}", monitor_config=NIGHTLY)
    def books():
        return 7

    assert books() == 7
    sentry_sdk.flush()

start("gzip")
try:
    with monitor(monitor_slug="plain-fails", monitor_config=NIGHTLY):
        raise ValueError("disk full")
except ValueError:
    pass
sentry_sdk.flush()

start("br", environment="staging")
run = capture_checkin(monitor_slug="plain-by-hand", status=MonitorStatus.IN_PROGRESS)
capture_checkin(monitor_slug="plain-by-hand", check_in_id=run, status=MonitorStatus.OK, duration=2.5)
sentry_sdk.flush()

sys.exit("\n".join(complaints.said) if complaints.said else 0)
