"""Asks us and the engines of Healthchecks when random schedules are due, and says where they differ.

Usage: judge.py PROGRAM SEED COUNT. PROGRAM is the example `slots` of the crate `domain`. What is known to be wrong with
the engines (crates/domain/tests/data/README.md) is not asked.
"""

import json
import os
import random
import signal
import subprocess
import sys
from datetime import datetime, timedelta, timezone

# The zones of the package tzdata, not the machine's.
os.environ["PYTHONTZPATH"] = ""

import zoneinfo  # noqa: E402

zoneinfo.reset_tzpath(to=[])

from cronsim import CronSim, CronSimError  # noqa: E402
from oncalendar import OnCalendar, OnCalendarError  # noqa: E402

ZONES = [
    "UTC", "Europe/Riga", "Europe/London", "Europe/Dublin", "America/New_York", "America/Sao_Paulo", "America/St_Johns",
    "America/Santiago", "Asia/Jakarta", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Beirut", "Australia/Sydney",
    "Pacific/Auckland", "Africa/Cairo", "America/Asuncion",
]
"""Without those in which cronsim goes wrong (Pacific/Chatham, Australia/Lord_Howe), and those whose future is guessed anew with each
version of the zones (Africa/Casablanca)."""

FIRST, LAST = datetime(2015, 1, 1, tzinfo=timezone.utc), datetime(2024, 6, 1, tzinfo=timezone.utc)
NEXT = 5
SECONDS_MAX = 5
SHOWN = 20


def any_instant(dice, zone):
    """An instant; every second one within a day of a change of the zone's offset, where there is one."""
    instant = FIRST + timedelta(minutes=dice.randrange(int((LAST - FIRST).total_seconds()) // 60))
    if dice.random() < 0.5:
        instant = near_a_change(dice, zone, instant)
    return instant.replace(second=0)


def near_a_change(dice, zone, instant):
    offset = instant.astimezone(zone).utcoffset()
    for _ in range(400):
        later = instant + timedelta(days=1)
        if later.astimezone(zone).utcoffset() != offset:
            return instant + timedelta(minutes=dice.randrange(1440))
        instant = later
    return instant


def field(dice, low, high, names=()):
    """A field of cron: a value, a range or all, perhaps with a step; or a list of these."""

    def value():
        number = dice.randint(low, high)
        return dice.choice(names)[:3] if names and dice.random() < 0.2 else str(number)

    def part():
        kind = dice.random()
        step = f"/{dice.randint(1, max(2, (high - low) // 2))}" if dice.random() < 0.4 else ""
        if kind < 0.3:
            return "*" + step
        if kind < 0.55:
            first = dice.randint(low, high - 1)
            return f"{first}-{dice.randint(first + 1, high)}{step}"
        return value()

    return ",".join(part() for _ in range(1 if dice.random() < 0.7 else dice.randint(2, 3)))


MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]


def day_of_month(dice):
    return dice.choice(["L", "LW"]) if dice.random() < 0.05 else field(dice, 1, 31)


def day_of_week(dice):
    kind = dice.random()
    if kind < 0.05:
        return f"{dice.randint(0, 7)}#{dice.randint(1, 5)}"
    if kind < 0.1:
        return f"{dice.randint(0, 7)}L"
    return field(dice, 0, 7, DAYS)


def cron(dice):
    star = lambda make, often: "*" if dice.random() < often else make()
    return " ".join([
        star(lambda: field(dice, 0, 59), 0.2),
        star(lambda: field(dice, 0, 23), 0.35),
        star(lambda: day_of_month(dice), 0.6),
        star(lambda: field(dice, 1, 12, MONTHS), 0.7),
        star(lambda: day_of_week(dice), 0.6),
    ])


def component(dice, low, high, width):
    """A component of a calendar event: all, values, ranges, steps. As systemd has it, a step leads to a next value."""

    def part():
        kind = dice.random()
        first = dice.randint(low, high - 1)
        if kind < 0.5:
            return f"{first:0{width}}"
        last = dice.randint(first + 1, high)
        step = f"/{dice.randint(1, last - first)}"
        if kind < 0.75:
            return f"{first:0{width}}..{last:0{width}}{step if dice.random() < 0.3 else ''}"
        return f"{first:0{width}}{step}"

    return "*" if dice.random() < 0.3 else ",".join(part() for _ in range(dice.choice([1, 1, 1, 2])))


def on_calendar(dice):
    if dice.random() < 0.05:
        return dice.choice(["minutely", "hourly", "daily", "weekly", "monthly", "yearly", "quarterly", "semiannually"])
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    parts = []
    if dice.random() < 0.3:
        first = dice.randrange(6)
        ranged = f"{days[first]}..{days[dice.randrange(first + 1, 7)]}"
        parts.append(dice.choice([days[first], ranged, f"{days[first]},{days[6]}"]))
    if dice.random() < 0.6 or not parts:
        month, day = component(dice, 1, 12, 2), component(dice, 1, 28, 2)
        year = "*" if dice.random() < 0.8 else f"{dice.randint(2015, 2025)}..2030"
        last = f"~{dice.randint(1, 5):02}" if dice.random() < 0.1 else f"-{day}"
        parts.append(f"{year}-{'*' if dice.random() < 0.6 else month}{last}")
    hour, minute = component(dice, 0, 23, 2), component(dice, 0, 59, 2)
    seconds = "" if dice.random() < 0.7 else ":" + dice.choice(["00", "30", "00,20,40"])
    parts.append(f"{hour}:{minute}{seconds}")
    return " ".join(parts)


class TooSlow(Exception):
    pass


def told(engine, expression, instant, zone):
    """What an engine answers: instants, or that it refuses; None where it does not come to an end."""

    def give_up(*_):
        raise TooSlow

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(SECONDS_MAX)
    try:
        slots = engine(expression, instant.astimezone(zone))
        found = []
        for slot in slots:
            found.append(int(slot.timestamp()))
            if len(found) == NEXT:
                break
        # What never comes is refused by us, by the engines when it is asked for.
        return found or "refused"
    except (CronSimError, OnCalendarError):
        return "refused"
    except TooSlow:
        return None
    finally:
        signal.alarm(0)


def questions(seed, count):
    dice = random.Random(seed)
    for number in range(count):
        name = dice.choice(ZONES)
        zone = zoneinfo.ZoneInfo(name)
        instant = any_instant(dice, zone)
        is_cron = number % 3 != 2
        expression = cron(dice) if is_cron else on_calendar(dice)
        kind = "cron" if is_cron else "on_calendar"
        yield {kind: expression, "timezone": name, "after": int(instant.timestamp()), "count": NEXT}


def is_known_to_go_wrong(question):
    """In the second pass of a fold both engines find instants of the past."""
    return datetime.fromtimestamp(question["after"], zoneinfo.ZoneInfo(question["timezone"])).fold == 1


def is_excused(question, ours, theirs):
    """On a day that has no midnight cronsim finds an hour that does not exist, or skips the next, where minutes are any."""
    if "cron" not in question or not ours.get("next") or theirs == "refused":
        return False
    zone = zoneinfo.ZoneInfo(question["timezone"])
    first = next((min(pair) for pair in zip(ours["next"], theirs) if pair[0] != pair[1]), ours["next"][-1])
    midnight = datetime.fromtimestamp(first, zone).replace(hour=0, minute=0, second=0, fold=0)
    return midnight.astimezone(timezone.utc).astimezone(zone).hour != 0


def main(program, seed, count):
    asked = [question for question in questions(seed, count) if not is_known_to_go_wrong(question)]
    lines = "".join(json.dumps(question) + "\n" for question in asked)
    answered = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
    differ, excused, refused, unfinished = [], 0, 0, 0
    for question, line in zip(asked, answered.stdout.splitlines(), strict=True):
        ours = json.loads(line)
        engine, expression = (CronSim, question["cron"]) if "cron" in question else (OnCalendar, question["on_calendar"])
        zone = zoneinfo.ZoneInfo(question["timezone"])
        theirs = told(engine, expression, datetime.fromtimestamp(question["after"], timezone.utc), zone)
        refused += theirs == "refused"
        if theirs is None:
            unfinished += 1
        elif theirs != (ours.get("next") or "refused"):
            if is_excused(question, ours, theirs):
                excused += 1
            else:
                differ.append((question, ours, theirs))
    for question, ours, theirs in differ[:SHOWN]:
        print(f"{json.dumps(question)}\n  ours   {json.dumps(ours)}\n  theirs {theirs}")
    print(
        f"{len(asked)} schedules from seed {seed}: {refused} refused by both, {excused} excused, "
        f"{unfinished} without an answer, {len(differ)} differ"
    )
    # Whoever excuses much judges nothing.
    return 1 if differ or (excused + unfinished) * 200 > len(asked) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
