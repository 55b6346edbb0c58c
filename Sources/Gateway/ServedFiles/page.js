"use strict";

const $ = (id) => document.getElementById(id);
let pictureURL = null;

// Everything shown is set as text, never as markup.
function element(tag, text, className) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  return node;
}

function headers(extra) {
  const key = $("key").value.trim();
  return Object.assign(key ? { authorization: "Bearer " + key } : {}, extra);
}

async function call(path, body) {
  const options = body
    ? { method: "POST", headers: headers({ "content-type": "application/json", "x-guard-detail": "verdicts" }), body: JSON.stringify(body) }
    : { headers: headers({}) };
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ? answer.error.message : "HTTP " + response.status);
  return { answer, decision: response.headers.get("x-guard-decision") };
}

function table(head, rows) {
  const box = element("div", undefined, "scroll");
  const table = element("table");
  const row = element("tr");
  head.forEach((title) => { const cell = element("th", title); cell.scope = "col"; row.append(cell); });
  table.append(element("thead"));
  table.tHead.append(row);
  const body = element("tbody");
  rows.forEach((cells) => {
    const row = element("tr");
    cells.forEach((cell) => {
      if (cell instanceof Node) { const td = element("td"); td.append(cell); row.append(td); } else row.append(element("td", String(cell), typeof cell === "number" ? "number" : ""));
    });
    body.append(row);
  });
  table.append(body);
  box.append(table);
  return box;
}

// A bar that turns from green to red with harm; for `safe`, the other way round.
function meter(value, label) {
  const node = element("meter");
  const isSafe = label === "safe";
  Object.assign(node, { min: 0, max: 1, low: isSafe ? 0.5 : 0.3, high: isSafe ? 0.7 : 0.5, optimum: isSafe ? 1 : 0, value });
  node.setAttribute("aria-label", label + " " + value.toFixed(2));
  return node;
}

const level = (name) => element("span", name, name);

function verdict(title, detail) {
  const box = element("div");
  box.append(element("h3", title));
  const line = element("p");
  line.append("Action ", element("strong", detail.action), ", level ", level(detail.level), ", probability of harm ", element("strong", detail.unsafe.toFixed(3)));
  box.append(line);
  box.append(table(["Level", "", "Probability"], Object.entries(detail.levels).map(([name, p]) => [level(name), meter(p, name), p.toFixed(3)])));
  const top = Object.entries(detail.categories).sort((a, b) => b[1] - a[1]);
  box.append(table(["Category", "", "Probability"], top.slice(0, 6).map(([name, p]) => [name.replaceAll("_", " "), meter(p, name), p.toFixed(3)])));
  const rest = element("details");
  rest.append(element("summary", "The other " + (top.length - 6) + " categories"));
  rest.append(table(["Category", "", "Probability"], top.slice(6).map(([name, p]) => [name.replaceAll("_", " "), meter(p, name), p.toFixed(3)])));
  box.append(rest);
  return box;
}

function show(id, nodes) {
  const box = $(id);
  box.className = "";
  box.replaceChildren(...nodes);
}

function badge(text, className) {
  const node = $("decision");
  node.hidden = false;
  node.textContent = text;
  node.className = "badge " + className;
}

function content() {
  const parts = [{ type: "text", text: $("question").value }];
  if (pictureURL) parts.push({ type: "image_url", image_url: { url: pictureURL } });
  return parts;
}

async function ask() {
  const { answer, decision } = await call("/v1/chat/completions", {
    model: $("model").value || "default", messages: [{ role: "user", content: content() }],
  });
  const choice = answer.choices[0];
  const extra = answer.x_beaver;
  const refused = choice.finish_reason === "content_filter";
  badge(decision, refused ? "severe" : "safe");
  show("answer", [element("div", choice.message.content || choice.message.refusal || "(empty)")]);
  const verdicts = [verdict("The question", extra.request)];
  const own = extra.choices[0];
  if (own) verdicts.push(verdict("The response", own.verdict));
  show("verdicts", verdicts);
  if (own) {
    show("rounds", [table(["Round", "Action", "Level", "Harm", "Tokens", "Seconds"], own.rounds.map((r) => [r.round, r.action, level(r.level), r.unsafe.toFixed(3), r.tokens, r.seconds.toFixed(3)]))]);
  } else {
    show("rounds", [element("p", "The request was refused before a response was asked for.")]);
  }
}

async function judge() {
  const { answer } = await call("/v1/moderations", { input: content() });
  const result = answer.results[0];
  badge(result.flagged ? "flagged" : "not flagged", result.flagged ? "severe" : "safe");
  const flagged = Object.entries(result.categories).filter(([, is]) => is).map(([name]) => name);
  show("answer", [element("div", flagged.length ? "OpenAI categories: " + flagged.join(", ") : "No OpenAI category is flagged.")]);
  show("verdicts", [verdict("The question", result.x_beaver)]);
  show("rounds", [element("p", "Nothing was asked for: the question was only judged.")]);
}

async function run(work, button) {
  if (!$("ask").reportValidity()) return;
  for (const id of ["send", "judge"]) $(id).disabled = true;
  $("status").textContent = "Working…";
  try {
    await work();
    $("status").textContent = "";
  } catch (error) {
    $("status").textContent = error.message;
  } finally {
    for (const id of ["send", "judge"]) $(id).disabled = false;
    button.focus();
  }
}

async function loadPolicy() {
  const { answer } = await call("/v1/policy");
  $("policy-line").textContent = `Policy ${answer.name} ${answer.version}, SHA-256 ${answer.sha256}`;
  const rule = (r) => { const box = element("span"); box.append(r.action + " from ", level(r.level), " at " + r.threshold); return box; };
  const rows = [["any harm", rule(answer.unsafe.query), rule(answer.unsafe.picture), rule(answer.unsafe.response), ""]];
  for (const c of answer.categories) rows.push([c.title, rule(c.rules.query), rule(c.rules.picture), rule(c.rules.response), c.openai.join(", ")]);
  show("policy", [table(["Category", "Query", "Picture", "Response", "OpenAI categories"], rows)]);
}

async function loadModels() {
  const { answer } = await call("/v1/models");
  const names = answer.data.filter((m) => !m.owned_by.startsWith("guard:")).map((m) => m.id);
  $("model").replaceChildren(...names.map((name) => { const option = element("option", name); option.value = name; return option; }));
}

function load() {
  loadPolicy().catch((error) => { $("policy-line").textContent = "Policy: " + error.message; });
  loadModels().catch(() => {});
}

$("ask").addEventListener("submit", (event) => { event.preventDefault(); run(ask, $("send")); });
$("judge").addEventListener("click", () => run(judge, $("judge")));
$("key").addEventListener("change", load);
$("picture").addEventListener("change", () => {
  const file = $("picture").files[0];
  pictureURL = null;
  $("preview").hidden = true;
  if (!file) return;
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    pictureURL = reader.result;
    $("preview").src = pictureURL;
    $("preview").hidden = false;
  });
  reader.readAsDataURL(file);
});
load();
