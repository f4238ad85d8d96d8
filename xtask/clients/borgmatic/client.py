"""borgmatic's monitoring hooks against our server, called as borgmatic calls them around a backup.

From the environment: PUNCTUAL_URL; HEALTHCHECKS_URL, the address of a scheduler by slug or by UUID; TOKEN, an alias by which
schedulers are heard as Cronitor's code and as Kuma's push token; SENTRY_DSN, left out where it is not given. Each of them hears
a backup that went well, and then one that did not. A hook that fails only logs a warning; here that is an error.
"""

import logging
import os
import sys

from borgmatic.hooks.monitoring import cronitor, healthchecks, monitor, sentry, uptime_kuma

URL, TOKEN = os.environ["PUNCTUAL_URL"], os.environ["TOKEN"]
HOOKS = [
    (healthchecks, {"ping_url": os.environ["HEALTHCHECKS_URL"], "send_logs": True, "create_slug": True}),
    (cronitor, {"ping_url": f"{URL}/{TOKEN}"}),
    (uptime_kuma, {"push_url": f"{URL}/api/push/{TOKEN}"}),
]
if "SENTRY_DSN" in os.environ:
    HOOKS.append((sentry, {"data_source_name_url": os.environ["SENTRY_DSN"], "monitor_slug": "borgmatic", "environment": "production"}))


class Warned(logging.Handler):
    told = []

    def emit(self, record):
        self.told.append(record.getMessage())


logging.getLogger().addHandler(Warned(logging.WARNING))
logging.getLogger().setLevel(logging.INFO)

for hook, config in HOOKS:
    for end in (monitor.State.FINISH, monitor.State.FAIL):
        hook.initialize_monitor(config, {}, "config.yaml", logging.INFO, False)
        hook.ping_monitor(config, {}, "config.yaml", monitor.State.START, logging.INFO, False)
        logging.getLogger("borgmatic").info("a backup is made")
        hook.ping_monitor(config, {}, "config.yaml", end, logging.INFO, False)
        hook.destroy_monitor(config, {}, logging.INFO, False)
if Warned.told:
    sys.exit("\n".join(Warned.told))
