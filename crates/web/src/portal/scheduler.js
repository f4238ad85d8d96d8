// The page that messages link to: one scheduler and its history, read with a key that stays in this tab.
"use strict";

const KEY = "punctual-key";
const api = document.body.dataset.api;
const header = document.body.dataset.keyHeader;
const id = decodeURIComponent(location.pathname.split("/").pop());
const part = (name) => document.getElementById(name);

part("name").textContent = id;
document.title = `${id} · Punctual`;

async function read(path) {
  const answer = await fetch(`${api}/schedulers/${encodeURIComponent(id)}${path}`, {
    headers: { [header]: sessionStorage.getItem(KEY) ?? "" },
  });
  const body = await answer.json();
  if (answer.ok) return body;
  throw Object.assign(new Error(body.message), { status: answer.status });
}

async function show() {
  if (!sessionStorage.getItem(KEY)) return ask();
  try {
    const scheduler = await read("");
    const history = await read("/history?limit=50&include=system");
    part("ask").hidden = true;
    part("problem").hidden = true;
    part("shown").hidden = false;
    state(scheduler);
    facts(scheduler);
    part("history").replaceChildren(...history.map(row));
  } catch (error) {
    if (error.status === 401) sessionStorage.removeItem(KEY);
    if (error.status === 401) ask();
    complain(error.message);
  }
}

function ask() {
  part("shown").hidden = true;
  part("ask").hidden = false;
  part("key").focus();
}

function complain(text) {
  part("problem").textContent = text;
  part("problem").hidden = false;
}

function state(scheduler) {
  part("state").textContent = `${scheduler.health} · ${scheduler.status}`;
  part("state").className = scheduler.health;
}

function facts(scheduler) {
  const pairs = [
    ["Service", scheduler.service_name],
    ["Job", scheduler.job_name],
    ["Description", scheduler.description],
    ["Schedule", scheduler.schedule && JSON.stringify(scheduler.schedule)],
    ["Expected", local(scheduler.expected_at)],
    ["Last heard", local(scheduler.last_heartbeat)],
    ["Reported", local(scheduler.timestamp)],
    ["Took", duration(scheduler.execution_time_ms)],
    ["Error", scheduler.error_message],
    ["Failures in a row", scheduler.consecutive_failures || undefined],
    ["Incident since", scheduler.incident && local(scheduler.incident.opened_at)],
    ["Paused until", local(scheduler.paused_until)],
  ];
  const shown = pairs.filter(([, value]) => value !== undefined && value !== null);
  part("facts").replaceChildren(...shown.flatMap(([name, value]) => [cell("dt", name), cell("dd", value)]));
}

function row(entry) {
  const cells = [
    local(entry.timestamp),
    entry.kind ?? entry.status,
    duration(entry.execution_time_ms),
    entry.run_id,
    entry.error_message,
  ];
  const line = document.createElement("tr");
  line.className = entry.kind ?? entry.status;
  line.append(...cells.map((text) => cell("td", text ?? "")));
  return line;
}

function cell(kind, text) {
  const element = document.createElement(kind);
  element.textContent = text;
  return element;
}

function local(instant) {
  return instant && new Date(instant).toLocaleString();
}

function duration(millis) {
  if (millis === undefined || millis === null) return undefined;
  if (millis < 1000) return `${millis} ms`;
  const seconds = Math.round(millis / 1000);
  const parts = [[86400, "d"], [3600, "h"], [60, "m"], [1, "s"]];
  let rest = seconds;
  const words = [];
  for (const [size, unit] of parts) {
    if (rest >= size) words.push(`${Math.floor(rest / size)}${unit}`);
    rest %= size;
  }
  return words.slice(0, 2).join(" ");
}

part("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEY, part("key").value.trim());
  part("key").value = "";
  show();
});

part("forget").addEventListener("click", () => {
  sessionStorage.removeItem(KEY);
  ask();
});

show();
