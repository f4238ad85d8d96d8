"""Drives the Python library `healthchecks-io` against a server, through every version of the API.

Asks the environment for PUNCTUAL_URL, PUNCTUAL_KEY (a key that may write) and PUNCTUAL_PING_KEY; ends with an error where
the library does not get what it expects. The versions that are pinned are those of `requirements.txt` beside this folder.
"""

import os

from healthchecks_io import CheckCreate, CheckUpdate, Client
from healthchecks_io.client.check_trap import CheckTrap
from healthchecks_io.client.exceptions import BadAPIRequestError, CheckNotFoundError, HCAPIAuthError

URL = os.environ["PUNCTUAL_URL"].rstrip("/")
KEY = os.environ["PUNCTUAL_KEY"]
PING_KEY = os.environ["PUNCTUAL_PING_KEY"]


def client(version, key=KEY):
    return Client(
        api_key=key, ping_key=PING_KEY, api_url=f"{URL}/healthchecks/api/", ping_url=f"{URL}/ping/", api_version=version
    )


def same(seen, wanted, what):
    assert seen == wanted, f"{what}: {seen!r} is not {wanted!r}"


def fails(error, call, *arguments):
    try:
        call(*arguments)
    except error:
        return
    raise AssertionError(f"{call.__name__} did not fail with {error.__name__}")


def life(hc, version):
    """A check from its making to its end."""
    name = f"io v{version}"
    made = hc.create_check(CheckCreate(name=name, tags=f"io v{version}", desc="made by a library", timeout=600, grace=60))
    same((made.name, made.tags, made.timeout, made.grace, made.status), (name, f"io v{version}", 600, 60, "new"), "made")
    again = hc.create_check(CheckCreate(name=name, desc="found again", unique=["name"]))
    same((again.uuid, again.desc), (made.uuid, "found again"), "upserted")
    changed = hc.update_check(made.uuid, CheckUpdate(tags=f"io v{version} more", grace=120))
    same((changed.tags, changed.grace, changed.name), (f"io v{version} more", 120, name), "changed")
    same([check.uuid for check in hc.get_checks(tags=["io", f"v{version}"])], [made.uuid], "found by tags")
    same(hc.get_check(made.uuid).uuid, made.uuid, "found by id")

    same(hc.start_ping(uuid=made.uuid), (True, "OK"), "start")
    same(hc.get_check(made.uuid).status, "started" if version == 1 else "new", "while it runs")
    same(hc.success_ping(uuid=made.uuid, data="seven rows"), (True, "OK"), "success")
    same(hc.exit_code_ping(3, uuid=made.uuid, data="no room"), (True, "OK"), "exit code")
    same(hc.get_check(made.uuid).status, "down", "after a failure")
    with CheckTrap(hc, uuid=made.uuid) as trap:
        trap.add_log("a line")
    up = hc.get_check(made.uuid)
    same((up.status, up.n_pings), ("up", 5), "after a success")
    pings = hc.get_check_pings(made.uuid)
    same([ping.type for ping in pings], ["success", "start", "fail", "success", "start"], "pings")
    same([ping.number_of_pings for ping in pings], [5, 4, 3, 2, 1], "their numbers")
    assert pings[0].duration is not None and pings[0].user_agent.startswith("py-healthchecks.io/"), pings[0]
    # The library expects a list where the API has an object that holds one; so it fails on the original as well.
    fails(TypeError, hc.get_check_flips, made.uuid)
    flips = hc._client.get(hc._get_api_request_url(f"checks/{made.uuid}/flips/")).json()["flips"]
    same([flip["up"] for flip in flips], [1, 0], "flips")

    same(hc.pause_check(made.uuid).status, "paused", "paused")
    same(hc.delete_check(made.uuid).uuid, made.uuid, "deleted")
    fails(CheckNotFoundError, hc.get_check, made.uuid)
    fails(CheckNotFoundError, hc.success_ping, made.uuid)


def slugs(hc):
    made = hc.create_check(CheckCreate(name="By slug"))
    same(hc.success_ping(slug="by-slug"), (True, "OK"), "a ping by slug")
    hc.delete_check(made.uuid)
    fails(CheckNotFoundError, lambda: hc.success_ping(slug="nobody"))


def rest(hc):
    assert isinstance(hc.get_integrations(), list)
    badges = hc.get_badges()
    assert badges["*"].svg.endswith(".svg"), badges
    same(hc._client.get(badges["*"].json_url).json()["status"], "up", "a badge")
    fails(BadAPIRequestError, hc.create_check, CheckCreate(timeout=1))
    fails(HCAPIAuthError, client(3, "x" * 32).get_checks)
    fails(HCAPIAuthError, client(3, "").get_checks)


for version in (1, 2, 3):
    life(client(version), version)
slugs(client(1))
rest(client(3))
