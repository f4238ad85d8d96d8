// The page that boards link to: what one board shows now, read with a key that stays in this tab.
"use strict";

const KEY = "punctual-key";
const STANDINGS = ["failed", "stale", "overrun", "missed", "running", "pending", "completed", "paused"];
const api = document.body.dataset.api;
const header = document.body.dataset.keyHeader;
const id = decodeURIComponent(location.pathname.split("/").pop());
const part = (name) => document.getElementById(name);

async function read() {
  const answer = await fetch(`${api}/boards/${encodeURIComponent(id)}/page`, {
    headers: { [header]: sessionStorage.getItem(KEY) ?? "" },
  });
  const body = await answer.json();
  if (answer.ok) return body;
  throw Object.assign(new Error(body.message), { status: answer.status });
}

async function show() {
  if (!sessionStorage.getItem(KEY)) return ask();
  try {
    const page = await read();
    part("ask").hidden = true;
    part("problem").hidden = true;
    part("shown").hidden = false;
    head(page);
    part("rows").replaceChildren(...page.rows.map((entry) => row(entry, page.time_zone)));
    part("rest").textContent = page.left_out > 0 ? `${page.left_out} more are counted and not shown.` : "";
  } catch (error) {
    if (error.status === 401) sessionStorage.removeItem(KEY);
    if (error.status === 401) ask();
    part("problem").textContent = error.message;
    part("problem").hidden = false;
  }
}

function ask() {
  part("shown").hidden = true;
  part("ask").hidden = false;
  part("key").focus();
}

function head(page) {
  const zone = page.time_zone;
  const day = new Date(page.window.start).toLocaleDateString(undefined, { timeZone: zone });
  const state = page.closing ? (page.all_clear ? ", closed: all clear" : ", closed: not everything completed") : "";
  const counts = STANDINGS.filter((standing) => page.counts[standing] > 0);
  part("name").textContent = page.title;
  document.title = `${page.title} · Punctual`;
  part("window").textContent =
    `${day} ${clock(page.window.start, zone)} to ${clock(page.window.end, zone)} ${zone}${state}`;
  part("counts").textContent =
    `${counts.map((standing) => `${page.counts[standing]} ${standing}`).join(", ") || "no scheduler"}` +
    ` · total execution time ${duration(page.total_execution_time_ms)} · as of ${clock(page.updated_at, zone)}`;
}

function row(entry, zone) {
  const line = document.createElement("tr");
  line.className = entry.standing;
  const link = document.createElement("a");
  link.href = `../schedulers/${encodeURIComponent(entry.scheduler_id)}`;
  link.textContent = entry.scheduler_id;
  const named = document.createElement("td");
  named.append(link);
  const texts = [entry.service_name, clock(entry.at, zone), duration(entry.execution_time_ms), entry.error_message];
  line.append(cell(entry.standing), named, ...texts.map(cell));
  return line;
}

function cell(text) {
  const element = document.createElement("td");
  element.textContent = text ?? "";
  return element;
}

function clock(instant, zone) {
  const shape = { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return instant && new Date(instant).toLocaleTimeString(undefined, shape);
}

function duration(millis) {
  if (millis === undefined || millis === null) return undefined;
  if (millis < 1000) return `${millis} ms`;
  let rest = Math.round(millis / 1000);
  const words = [];
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "m"], [1, "s"]]) {
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
