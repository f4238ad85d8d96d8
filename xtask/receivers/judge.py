"""Judges what channels send by the receivers' own libraries and servers.

`judge.py FOLDER` reads FOLDER/KIND/NUMBER.CALL.json, as the test of crates/notify/src/payloads.rs writes it. Where a library does
not know its receiver's limits, the documented numbers stand here. A new kind needs a function in JUDGES, or a
place in ELSEWHERE.
"""

import inspect
import json
import pathlib
import re
import subprocess
import sys
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).parent


def same(ours, theirs):
    assert ours == theirs, f"the library makes {json.dumps(theirs)[:2000]} of it"


def utf16(text):
    return len(text.encode("utf-16-le")) // 2


def pagerduty(messages):
    """The client library makes the same event of the same values; the limits are those of its documentation."""
    import pagerduty as library

    class Answer:
        ok, status_code, text = True, 202, ""

        def json(self):
            return {"dedup_key": "k"}

    key = "0" * 32
    client, made = library.EventsApiV2Client(key), []
    client.post = lambda path, json: made.append((path, json)) or Answer()
    for event in messages.values():
        rest = {name: value for name, value in event.items() if name not in ("event_action", "dedup_key")}
        try:
            client.send_event(event["event_action"], event["dedup_key"], **rest)
        except (AttributeError, TypeError) as error:
            # Of our stand-in for an answer, after the event was made.
            assert made, error
        path, theirs = made.pop()
        assert path == "/v2/enqueue"
        same(event, theirs)
        assert utf16(event["dedup_key"]) <= 255
        assert len(json.dumps(event)) <= 512 * 1024
        if event["event_action"] == "trigger":
            payload = event["payload"]
            required = {"summary", "source", "severity"}
            known = required | {"timestamp", "component", "group", "class", "custom_details"}
            assert required <= payload.keys() <= known, payload.keys()
            assert payload["severity"] in ("critical", "error", "warning", "info")
            assert 1 <= utf16(payload["summary"]) <= 1024
            assert event.keys() <= {"event_action", "dedup_key", "payload", "client", "client_url", "links"}
            assert all(link.keys() == {"href", "text"} for link in event.get("links", []))


def opsgenie(messages):
    """The client library reads it as its model, and writes the same again."""
    from opsgenie_sdk import ApiClient, CloseAlertPayload, CreateAlertPayload

    client = ApiClient()

    class Response:
        def __init__(self, body):
            self.data = json.dumps(body)

    limits = {"message": 130, "alias": 512, "description": 15000, "entity": 512, "source": 100, "note": 25000}
    for name, body in messages.items():
        model = CloseAlertPayload if ".close." in name else CreateAlertPayload
        read = client.deserialize(Response(body), model)
        same(body, client.sanitize_for_serialization(read))
        for field, limit in limits.items():
            assert 0 <= utf16(body.get(field, "")) <= limit, field
        assert body.get("message") != "" and len(body.get("tags", [])) <= 20
        assert all(utf16(tag) <= 50 for tag in body.get("tags", []))
        assert sum(utf16(label) + utf16(text) for label, text in body.get("details", {}).items()) <= 8000
        assert body.get("priority", "P1") in ("P1", "P2", "P3", "P4", "P5")


def slack(messages):
    """The client library knows every argument, reads every block, finds it within its limits, and writes the same."""
    from slack_sdk import WebClient

    slack_says(messages, inspect.signature(WebClient.chat_postMessage).parameters)


def slack_webhook(messages):
    from slack_sdk.webhook import WebhookClient

    slack_says(messages, inspect.signature(WebhookClient.send).parameters)


def slack_says(messages, arguments):
    from slack_sdk.models.blocks import Block

    for message in messages.values():
        assert message.keys() <= set(arguments), message.keys() - set(arguments)
        assert 1 <= len(message["text"]) <= 4000 and 1 <= len(message["blocks"]) <= 50
        for block in message["blocks"]:
            same(block, Block.parse(block).to_dict())
            texts = block.get("fields", []) + block.get("elements", [])
            assert all(1 <= len(text["text"]) <= 2000 for text in texts)


def node(kind):
    def judge(messages):
        folder = pathlib.Path(sys.argv[1]) / kind
        subprocess.run(["node", HERE / f"{kind}.cjs", folder, sys.argv[2]], check=True)

    return judge


def alertmanager(messages):
    """A real one takes every alert, finds it again by our filter, and holds it for over when we end it."""
    with subprocess.Popen(
        ["prometheus-alertmanager", f"--config.file={HERE / 'alertmanager.yml'}", "--cluster.listen-address=",
         "--web.listen-address=127.0.0.1:0", f"--storage.path={sys.argv[1]}/alertmanager-data"],
        stderr=subprocess.PIPE, text=True,
    ) as server:
        try:
            listening = (re.search(r"address=(127\.0\.0\.1:\d+)", line) for line in server.stderr)
            address = next(found for found in listening if found).group(1)
            for name in sorted(messages, key=lambda name: (name.split(".")[0], ".ended." in name)):
                one_alert(f"http://{address}/api/v2/alerts", messages[name], ".firing." in name)
        finally:
            server.terminate()


def one_alert(url, alerts, is_firing):
    request = urllib.request.Request(url, json.dumps(alerts).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200
    incident = json.dumps(alerts[0]["labels"]["incident"], ensure_ascii=False)
    query = urllib.parse.urlencode({"filter": f"incident={incident}"})
    with urllib.request.urlopen(f"{url}?{query}", timeout=10) as answer:
        known = [alert["labels"] for alert in json.load(answer)]
    assert (alerts[0]["labels"] in known) == is_firing, f"{alerts[0]['labels']} firing: {is_firing}, known: {known}"


JUDGES = {
    "alertmanager": alertmanager,
    "discord": node("discord"),
    # Atlassian publishes no library for it; it takes what Opsgenie takes.
    "jira_service_management": opsgenie,
    "opsgenie": opsgenie,
    "pagerduty": pagerduty,
    "slack": slack,
    "slack_webhook": slack_webhook,
    "teams": node("teams"),
}
# `cargo xtask mail` holds their conversations, or what is sent is our own contract: nothing is written of them.
ELSEWHERE = {"email", "exec", "ntfy", "telegram", "webhook"}


def main():
    for folder in sorted(pathlib.Path(sys.argv[1]).iterdir()):
        if folder.name in ELSEWHERE:
            continue
        messages = {file.name: json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))}
        assert messages, f"nothing was written for {folder.name}"
        JUDGES[folder.name](messages)
        print(f"{folder.name}: {len(messages)} messages are as its receiver wants them", flush=True)


main()
