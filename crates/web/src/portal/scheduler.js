// The page that messages link to: one scheduler and its history.
"use strict";

part("name").textContent = id;
document.title = `${id} · Punctual`;

async function draw() {
  const scheduler = await read("schedulers", "");
  const history = await read("schedulers", "/history?limit=50&include=system");
  state(scheduler);
  facts(scheduler);
  part("history").replaceChildren(...history.map(row));
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
  line.append(...cells.map((text) => cell("td", text)));
  return line;
}

function local(instant) {
  return instant && new Date(instant).toLocaleString();
}

begin(draw);
