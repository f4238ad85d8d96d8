"""Checks messages for phones, one JSON document a line: {"telegram": …} against the model that aiogram has of sendMessage,
and its text as Telegram reads HTML; {"ntfy": …} against the fields and limits of ntfy's documentation."""

import json
import sys
from html.parser import HTMLParser

from aiogram.methods import SendMessage
from pydantic import BaseModel, ConfigDict, Field

TAGS = {"a", "b", "i", "pre"}


class Reader(HTMLParser):
    """What is read; fails where the markup is not what Telegram takes."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.text, self.open = "", []

    def handle_starttag(self, tag, attrs):
        assert tag in TAGS, tag
        assert [name for name, _ in attrs] == (["href"] if tag == "a" else []), attrs
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.text += data


class Action(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    action: str = Field(pattern="^(view|broadcast|http|copy)$")
    label: str
    url: str = Field(pattern="^https?://")


class Ntfy(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    topic: str = Field(pattern="^[-_A-Za-z0-9]{1,64}$")
    title: str
    message: str = Field(min_length=1)
    priority: int = Field(ge=1, le=5)
    tags: list[str]
    click: str | None = None
    actions: list[Action] = Field(default=[], max_length=3)


def telegram(payload):
    unknown = set(payload) - set(SendMessage.model_fields)
    assert not unknown, unknown
    message = SendMessage.model_validate(payload)
    unknown = message.link_preview_options.model_extra
    assert not unknown and message.link_preview_options.is_disabled is True, unknown
    reader = Reader()
    reader.feed(message.text)
    reader.close()
    assert not reader.open, reader.open
    assert 1 <= len(reader.text.encode("utf-16-le")) // 2 <= 4096


def ntfy(payload):
    assert len(Ntfy.model_validate(payload).message.encode()) <= 4096
    assert len(json.dumps(payload, ensure_ascii=False).encode()) <= 8192


count = 0
for line in sys.stdin:
    [(kind, payload)] = json.loads(line).items()
    {"telegram": telegram, "ntfy": ntfy}[kind](payload)
    count += 1
print(count)
