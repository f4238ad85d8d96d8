"""Runs other products' clients against the real server, and looks for what they sent in its history.

Each client is a function below: it gets the server, runs the client as its users do, and asks our API what became of it.
Nothing of a client is changed; where one has its server's name built in, that name is made to lead here.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).parent
PING_KEY = "pingkeyoftheclients22x"
KEY = "a-key-that-only-these-clients-bear"
PATIENCE = 30


class Server:
    """The real program on an empty directory."""

    def __init__(self, home, arguments=(), environment=None):
        self.home = pathlib.Path(home)
        ready = self.home / "log"
        self.log = open(ready, "wb")
        environment = {**os.environ, "API_KEYS": KEY, **(environment or {})}
        command = [os.environ["PUNCTUAL_PROGRAM"], "serve", "--data-dir", str(self.home / "data"), "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen([*command, *arguments], env=environment, stdout=self.log, stderr=self.log)
        self.url = self.wait_for_address()
        self.call("PUT", "/api/v1/projects/default", {"name": "Default", "ping_key": PING_KEY})
        self.number = next(p for p in self.call("GET", "/api/v1/projects") if p["id"] == "default")["number"]

    @property
    def address(self):
        return self.url.removeprefix("http://")

    @property
    def dsn(self):
        return f"http://{PING_KEY}@{self.address}/{self.number}"

    def wait_for_address(self):
        """The address is in the log once it listens; it answers `/readyz` once it judges."""
        def listening():
            for line in (self.home / "log").read_text(errors="replace").splitlines():
                found = re.search(r"http://127\.0\.0\.1:\d+", line)
                if found:
                    return found.group()
            return None

        url = until("it listens", listening, self)
        until("it is ready", lambda: self.answers(url + "/readyz"), self)
        return url

    def answers(self, url):
        try:
            return urllib.request.urlopen(url, timeout=5).status == 200
        except (OSError, urllib.error.HTTPError):
            return False

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"x-api-key": KEY, "content-type": "application/json"}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def register(self, scheduler, **more):
        body = {"scheduler_id": scheduler, "service_name": "clients", "job_name": scheduler, **more}
        return self.call("POST", "/api/v1/schedulers/register", body)

    def history(self, scheduler):
        """Oldest first, what we concluded included."""
        path = f"/api/v1/schedulers/{urllib.request.quote(scheduler, safe='')}/history?limit=1000&include=system"
        return self.call("GET", path)[::-1]

    def runs(self, scheduler):
        return self.call("GET", f"/api/v1/schedulers/{urllib.request.quote(scheduler, safe='')}/runs")[::-1]

    def output(self, scheduler, entry):
        path = f"/api/v1/schedulers/{urllib.request.quote(scheduler, safe='')}/output/{entry['id']}"
        request = urllib.request.Request(self.url + path, headers={"x-api-key": KEY})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)


def until(what, look, server):
    """Looks again and again until it is so, for as long as a slow machine may take."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if server.process.poll() is not None:
            raise SystemExit(f"the server ended before {what}:\n" + (server.home / "log").read_text(errors="replace"))
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"not so after {PATIENCE} s: {what}")


def words(entries):
    return [entry.get("status") or entry.get("kind") for entry in entries]


def same(seen, wanted, what):
    assert seen == wanted, f"{what}: {seen!r} is not {wanted!r}"


def run(command, fails=False, **environment):
    """Runs a client to its end; one that should fail must."""
    ran = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, timeout=120)
    said = (ran.stdout + ran.stderr).decode(errors="replace")
    assert (ran.returncode != 0) == fails, f"{command} ended with {ran.returncode}:\n{said}"
    return said


def python(script, **environment):
    return run([sys.executable, str(HERE / script)], **environment)


def task_mon(server):
    """The Rust command: start and end of a run of one name, exit code, and the end of its output."""
    made = server.register("task-mon")
    uuid = made["ping_url"].rsplit("/", 1)[1]
    program = os.path.join(os.environ["PROGRAMS"], "task-mon")
    common = [program, "--uuid", uuid, "--base-url", server.url + "/ping", "--time"]
    run([*common, "--", "sh", "-c", "echo rows: 42"])
    run([*common, "--", "sh", "-c", "echo no room; exit 3"])
    entries = server.history("task-mon")
    same(words(entries)[:2], ["running", "completed"], "a run that went well")
    same([entry.get("exit_code") for entry in entries if entry.get("status") in ("completed", "failed")], [0, 3], "exit codes")
    same(server.output("task-mon", entries[1]).strip(), b"rows: 42", "its output")
    runs = server.runs("task-mon")
    same([one["status"] for one in runs], ["completed", "failed"], "runs")
    assert all(one.get("run_id") and one.get("duration_ms") is not None for one in runs), runs


def healthchecks_decorator(server):
    """The Python decorator: start, success and failure by slug."""
    server.register("decorated")
    url = f"{server.url}/ping/{PING_KEY}/decorated"
    run([sys.executable, "-c", """
from healthchecks_decorator import healthcheck
import sys
@healthcheck(url=sys.argv[1], send_start=True, send_diagnostics=True)
def job():
    return "seven"
@healthcheck(url=sys.argv[1], send_start=True)
def broken():
    raise ValueError("no")
job()
try:
    broken()
except ValueError:
    pass
""", url])
    same(words(server.history("decorated"))[:4], ["running", "completed", "running", "failed"], "what it said")


def healthchecks_io(server):
    """The Python library: every version of the management API, and a ping with a body."""
    python("healthchecks/healthchecks_io_client.py", PUNCTUAL_URL=server.url, PUNCTUAL_KEY=KEY, PUNCTUAL_PING_KEY=PING_KEY)
    server.register("io-kept")
    run([sys.executable, "-c", """
import sys
from healthchecks_io import Client
client = Client(api_key="x" * 32, ping_key=sys.argv[2], api_url=sys.argv[1] + "/api/", ping_url=sys.argv[1] + "/ping/")
client.start_ping(slug="io-kept")
client.fail_ping(slug="io-kept", data="no room")
client.exit_code_ping(0, slug="io-kept", data="rows: 7")
""", server.url, PING_KEY])
    entries = server.history("io-kept")
    same([word for word in words(entries) if word in ("running", "completed", "failed")], ["running", "failed", "completed"], "pings")
    failed = next(entry for entry in entries if entry.get("status") == "failed")
    same(server.output("io-kept", failed), b"no room", "its output")


def healthchecks_crate(server):
    """The Rust library: every call of it, in each version of the API."""
    for version in ("v1", "v2", "v3"):
        run([os.environ["MANAGED"] + "-" + version], PUNCTUAL_URL=server.url, PUNCTUAL_KEY=KEY)


def ended(server, scheduler, outcome, environment, origin="sentry"):
    """A run that was opened and closed, with how long it took and where."""
    entries = server.history(scheduler)
    assert outcome in words(entries), f"{scheduler}: {outcome} is not in {words(entries)}"
    told = next(entry for entry in entries if entry.get("status") == outcome)
    same(told["origin"]["dialect"], origin, f"{scheduler}: the dialect")
    if environment:
        same(told["origin"].get("environment"), environment, f"{scheduler}: the environment")
    last = server.runs(scheduler)[-1]
    same(last["status"], outcome, f"{scheduler}: its run")
    assert last.get("duration_ms") is not None and last.get("run_id"), f"{scheduler}: {last}"
    return last


def sentry_sdk(server):
    python("sentry/plain_sdk.py", PUNCTUAL_DSN=server.dsn)
    for slug, outcome in (("plain-gzip", "completed"), ("plain-br", "completed"), ("plain-fails", "failed")):
        ended(server, slug, outcome, "production")
    same(ended(server, "plain-by-hand@staging", "completed", "staging")["duration_ms"], 2500, "a duration that was sent")
    schedule = server.call("GET", "/api/v1/schedulers/plain-gzip")["schedule"]
    same((schedule["cron"], schedule["timezone"], schedule["grace"]), ("0 2 * * *", "Europe/Riga", "5m"), "its schedule")


def sentry_celery(server):
    python("sentry/celery_beat.py", PUNCTUAL_DSN=server.dsn)
    ended(server, "celery-books", "completed", "production")
    ended(server, "celery-fails", "failed", "production")


def sentry_cli(server):
    program = os.path.join(os.path.dirname(sys.executable), "sentry-cli")
    run(["sh", str(HERE / "sentry/cli.sh")], PUNCTUAL_DSN=server.dsn, SENTRY_CLI=program)
    ended(server, "cli-works", "completed", "production")
    ended(server, "cli-fails@staging", "failed", "staging")
    assert "completed" in words(server.history("curl-job"))


def sentry_node(server):
    run(["node", str(HERE / "sentry/node.cjs")], PUNCTUAL_DSN=server.dsn)
    for slug, outcome in (("node-works", "completed"), ("node-fails", "failed"), ("node-cron", "completed")):
        ended(server, slug, outcome, "production")
    same(ended(server, "node-by-hand@staging", "completed", "staging")["duration_ms"], 2500, "a duration that was sent")


def cronitor(server):
    """The Python library, through an authority of its own: telemetry and monitors."""
    python("cronitor/client.py", PUNCTUAL_URL=server.url, PUNCTUAL_API_KEY=KEY)
    said = words(server.history("cronitor-job"))
    same([word for word in said if word in ("running", "completed", "failed")], ["running", "completed", "running", "failed"], "its runs")
    assert all(one.get("duration_ms") is not None and one.get("run_id") for one in server.runs("cronitor-job"))
    ended(server, "cronitor-job@staging", "completed", "staging", "cronitor")
    same(server.call("GET", "/api/v1/schedulers/cronitor-put")["schedule"]["cron"], "0 2 * * *", "a monitor's schedule")


def borgmatic(server):
    """Its hooks for four products, as it calls them around a backup."""
    token = "borgmatictoken9"
    server.register("borg-token", aliases=[token])
    url = f"{server.url}/ping/{PING_KEY}/borg-hc"
    python("borgmatic/client.py", PUNCTUAL_URL=server.url, HEALTHCHECKS_URL=url, TOKEN=token, SENTRY_DSN=server.dsn)
    entries = server.history("borg-hc")
    same([word for word in words(entries) if word in ("running", "completed", "failed")], ["running", "completed", "running", "failed"], "healthchecks")
    completed = next(entry for entry in entries if entry.get("status") == "completed")
    assert b"a backup is made" in server.output("borg-hc", completed)
    origins = [entry["origin"]["dialect"] for entry in server.history("borg-token") if "origin" in entry]
    assert {"cronitor", "kuma"} <= set(origins), origins
    assert {"completed", "failed"} <= set(words(server.history("borgmatic"))), words(server.history("borgmatic"))


def curl(server):
    """What the pages of the small products tell people to send."""
    token = "tokenforcurl42"
    server.register("by-curl", aliases=[token])
    run(["bash", str(HERE / "curl/client.sh")], PUNCTUAL_URL=server.url, TOKEN=token, KEY="by-curl")
    entries = server.history("by-curl")
    reports = [entry for entry in entries if entry.get("status")]
    assert {"completed", "failed"} <= {entry["status"] for entry in reports}
    errors = " ".join(entry.get("error_message") or "" for entry in reports)
    assert "disk full" in errors and "no room" in errors, errors
    assert any(entry.get("execution_time_ms") == 10000 for entry in reports), "Gatus' duration"
    assert any(entry.get("exit_code") == 3 for entry in reports), "Better Stack's exit code"


# The first looks at a badge of everything there is: nothing may have failed by then.
CLIENTS = {
    "healthchecks-io": healthchecks_io,
    "task-mon": task_mon,
    "healthchecks-decorator": healthchecks_decorator,
    "healthchecks-crate": healthchecks_crate,
    "sentry-sdk": sentry_sdk,
    "sentry-celery": sentry_celery,
    "sentry-cli": sentry_cli,
    "sentry-node": sentry_node,
    "cronitor": cronitor,
    "borgmatic": borgmatic,
    "curl": curl,
}


def main(names):
    unknown = set(names) - CLIENTS.keys()
    if unknown:
        raise SystemExit(f"no such client: {', '.join(sorted(unknown))}; there are {', '.join(CLIENTS)}")
    home = tempfile.mkdtemp(prefix="punctual-clients-")
    server = Server(home)
    failed = []
    try:
        for name, client in CLIENTS.items():
            if names and name not in names:
                continue
            began = time.monotonic()
            try:
                client(server)
                print(f"{name}: well ({time.monotonic() - began:.1f} s)", flush=True)
            except Exception as error:  # the others are tried as well
                failed.append(name)
                print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
    finally:
        server.stop()
    if failed:
        print((server.home / "log").read_text(errors="replace")[-4000:], file=sys.stderr)
        raise SystemExit(f"failed: {', '.join(failed)}")
    shutil.rmtree(home)


if __name__ == "__main__":
    main(sys.argv[1:])
