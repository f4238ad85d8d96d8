// Shows openapi.json as a list that can be read and searched. Text goes in as text, never as markup.
"use strict";

const METHODS = ["get", "put", "post", "patch", "delete"];

function element(tag, properties = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// `code` in backquotes becomes code; the rest stays as it is.
function prose(text) {
  const parts = (text || "").split("`");
  return parts.map((part, place) => (place % 2 ? element("code", { textContent: part }) : document.createTextNode(part)));
}

function resolve(spec, schema) {
  const name = schema && schema.$ref && schema.$ref.split("/").pop();
  return name ? { name, ...spec.components.schemas[name] } : schema || {};
}

function kind(spec, schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  const choices = schema.oneOf || schema.anyOf;
  if (choices) return choices.map((choice) => kind(spec, choice)).filter(Boolean).join(" or ");
  const types = [].concat(schema.type || "any").filter((type) => type !== "null");
  if (types[0] === "array") return "array of " + kind(spec, schema.items);
  return types.join(" or ") + (schema.format ? ` (${schema.format})` : "");
}

function fieldsOf(spec, schema) {
  const whole = resolve(spec, schema);
  const parts = whole.allOf ? whole.allOf.map((part) => resolve(spec, part)) : [whole];
  return parts.flatMap((part) => {
    const required = new Set(part.required || []);
    return Object.entries(part.properties || {}).map(([name, field]) => ({ name, field, required: required.has(name) }));
  });
}

// What is said of a field, there or where it leads, and which words it may be.
function about(spec, field) {
  const choices = [field, ...(field.oneOf || [])];
  const said = choices.map((choice) => choice.description).find(Boolean);
  const words = choices.map((choice) => resolve(spec, choice).enum).find(Boolean);
  const listed = words && words.map((word) => "`" + word + "`").join(", ");
  return [said || resolve(spec, field).description, listed && `One of ${listed}.`].filter(Boolean).join(" ");
}

function row(name, type, required, description) {
  const notes = required ? "required" : "";
  return element("tr", {}, [
    element("td", { textContent: name }),
    element("td", { textContent: [type, notes].filter(Boolean).join(", ") }),
    element("td", {}, prose(description)),
  ]);
}

function table(rows) {
  return rows.length ? element("table", {}, [element("tbody", {}, rows)]) : null;
}

function schemaView(spec, schema, shown) {
  const inner = schema && schema.type === "array" ? schema.items : (schema && (schema.oneOf || schema.anyOf || []).find((choice) => choice.$ref)) || schema;
  const whole = resolve(spec, inner);
  if (whole.name && shown.has(whole.name)) return [];
  if (whole.name) shown.add(whole.name);
  const rows = fieldsOf(spec, inner).map(({ name, field, required }) =>
    row(name, kind(spec, field), required, about(spec, field)));
  const sample = whole.example === undefined ? null : element("pre", { textContent: JSON.stringify(whole.example, null, 2) });
  return [table(rows), sample];
}

function jsonSchema(part) {
  const content = (part && part.content) || {};
  const first = content["application/json"] || Object.values(content)[0];
  return first && first.schema;
}

function titled(title, children) {
  const present = children.filter(Boolean);
  return present.length ? [element("h4", { textContent: title }), ...present] : [];
}

function operationView(spec, path, method, operation) {
  const shown = new Set();
  const parameters = (operation.parameters || []).map((parameter) =>
    row(parameter.name, `${parameter.in}, ${kind(spec, parameter.schema)}`, parameter.required, parameter.description));
  const body = jsonSchema(operation.requestBody);
  const responses = Object.entries(operation.responses || {}).sort().map(([status, response]) => {
    const schema = jsonSchema(response);
    return row(status, schema ? kind(spec, schema) : "no body", false, response.description);
  });
  const success = Object.entries(operation.responses || {}).find(([status]) => status.startsWith("2"));
  const answer = success && jsonSchema(success[1]);
  const open = operation.security && operation.security.every((need) => Object.keys(need).length === 0);
  const role = operation["x-least-role"];
  return element("section", { id: operation.operationId }, [
    element("h3", {}, [element("span", { className: "method", textContent: method.toUpperCase() }), document.createTextNode(path)]),
    element("p", {}, [element("strong", {}, prose(operation.summary)), document.createTextNode(open ? " (no key needed)" : role ? ` (${role})` : "")]),
    operation.description ? element("p", {}, prose(operation.description)) : null,
    ...titled("Parameters", [table(parameters)]),
    ...titled("Body: " + kind(spec, body), body ? schemaView(spec, body, shown) : []),
    ...titled("Answers", [table(responses)]),
    ...titled("Answer: " + kind(spec, answer), answer ? schemaView(spec, answer, shown) : []),
  ]);
}

function listed(spec) {
  return Object.entries(spec.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ path, method, operation: item[method] })));
}

function show(spec) {
  document.getElementById("about").replaceChildren(...prose(spec.info.description));
  const contents = document.getElementById("contents");
  const operations = document.getElementById("operations");
  const all = listed(spec);
  for (const tag of spec.tags) {
    const group = all.filter((one) => (one.operation.tags || []).includes(tag.name));
    if (!group.length) continue;
    contents.append(element("h2", { textContent: tag.name }));
    operations.append(element("h2", { textContent: tag.name }), element("p", {}, prose(tag.description)));
    for (const { path, method, operation } of group) {
      const link = element("a", { href: "#" + operation.operationId, textContent: `${method.toUpperCase()} ${path}` });
      const view = operationView(spec, path, method, operation);
      link.dataset.words = view.dataset.words = `${method} ${path} ${operation.summary}`.toLowerCase();
      contents.append(link);
      operations.append(view);
    }
  }
}

function filter(event) {
  const wanted = event.target.value.trim().toLowerCase();
  for (const one of document.querySelectorAll("[data-words]")) one.hidden = !one.dataset.words.includes(wanted);
}

async function begin() {
  document.getElementById("filter").addEventListener("input", filter);
  try {
    const answer = await fetch("/api/openapi.json");
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    show(await answer.json());
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  } catch (problem) {
    document.getElementById("about").textContent = `The description could not be loaded: ${problem.message}`;
  }
}

begin();
