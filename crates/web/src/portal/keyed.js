// What the pages that messages link to share: a key that stays in this tab, and what is read with it.
"use strict";

const KEY = "punctual-key";
// Another key may be one that is accepted, reaches this, or is of the project that this is in.
const OF_THE_KEY = [401, 403, 404];
const api = document.body.dataset.api;
const header = document.body.dataset.keyHeader;
const id = decodeURIComponent(location.pathname.split("/").pop());
const part = (name) => document.getElementById(name);

async function read(kind, path) {
  const answer = await fetch(`${api}/${kind}/${encodeURIComponent(id)}${path}`, {
    headers: { [header]: sessionStorage.getItem(KEY) ?? "" },
  });
  const body = await answer.json();
  if (answer.ok) return body;
  throw Object.assign(new Error(body.message), { status: answer.status });
}

// Draws the page with the key that is there, or asks for one; and again with each that is given.
function begin(draw) {
  part("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    sessionStorage.setItem(KEY, part("key").value.trim());
    part("key").value = "";
    show(draw);
  });
  part("forget").addEventListener("click", () => {
    sessionStorage.removeItem(KEY);
    ask();
  });
  show(draw);
}

async function show(draw) {
  if (!sessionStorage.getItem(KEY)) return ask();
  try {
    await draw();
    part("ask").hidden = true;
    part("problem").hidden = true;
    part("shown").hidden = false;
  } catch (error) {
    if (error.status === 401) sessionStorage.removeItem(KEY);
    if (OF_THE_KEY.includes(error.status)) ask();
    part("problem").textContent = error.message;
    part("problem").hidden = false;
  }
}

function ask() {
  part("shown").hidden = true;
  part("ask").hidden = false;
  part("key").focus();
}

function cell(kind, text) {
  const element = document.createElement(kind);
  element.textContent = text ?? "";
  return element;
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
