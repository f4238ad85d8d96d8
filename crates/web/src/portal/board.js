// The page that boards link to: what one board shows now.
"use strict";

const STANDINGS = ["failed", "stale", "overrun", "missed", "running", "pending", "completed", "paused"];

async function draw() {
  const page = await read("boards", "/page");
  head(page);
  part("rows").replaceChildren(...page.rows.map((entry) => row(entry, page.time_zone)));
  part("rest").textContent = rest(page).join(" ");
}

// What the table does not show.
function rest(page) {
  const said = [];
  if (page.left_out > 0) said.push(`${page.left_out} more are counted and not shown.`);
  if (page.unread) said.push("There are more schedulers than a board reads: they are not counted.");
  return said;
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
  line.append(cell("td", entry.standing), named, ...texts.map((text) => cell("td", text)));
  return line;
}

function clock(instant, zone) {
  const shape = { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return instant && new Date(instant).toLocaleTimeString(undefined, shape);
}

begin(draw);
