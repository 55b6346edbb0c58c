// The form's script: covers, keys, drafts, and saving that survives a lost connection. Everything else is plain HTML.
"use strict";

const form = document.querySelector("#annotate");
const statusLine = document.querySelector("#status");
const csrf = document.querySelector("meta[name=csrf]").content;

const post = (path, body) => fetch(path, {
  method: "POST", credentials: "same-origin", body: JSON.stringify(body),
  headers: { "content-type": "application/json", "x-csrf-token": csrf },
});
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
const say = (text) => { if (statusLine) statusLine.textContent = text; };
const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });

// MARK: The picture

const uncover = document.querySelector("#uncover");

const showPicture = async () => {
  try {
    const response = await post(uncover.dataset.uncover, {});
    if (!response.ok) return say((await response.json()).error);
    const picture = document.querySelector("#picture");
    picture.src = uncover.dataset.picture;
    picture.className = "";
    picture.alt = "The picture of this item";
    uncover.hidden = true;
    say("The picture is shown.");
  } catch { say("There is no connection: the picture cannot be shown now."); }
};
if (uncover) uncover.addEventListener("click", showPicture);

// MARK: The form as a value

const numbers = /^(helpful_rate|harmless_rate|severity|image_severity)/;

const read = () => Object.fromEntries([...new FormData(form)].map(([name, value]) =>
  [name, numbers.test(name) ? Number(value) : name.startsWith("is_safe") ? value === "true" : value]));

const fill = (label) => {
  for (const [name, value] of Object.entries(label)) {
    const field = form.elements[name];
    if (field) field.value = String(value);
  }
};

// MARK: Drafts: kept until the server has said that the answer is stored

const draftKey = () => `draft:${form.dataset.user}:${form.dataset.draft}`;
const newID = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const readDraft = () => {
  try { return JSON.parse(localStorage.getItem(draftKey())); } catch { return null; }
};
const keepDraft = (draft) => { try { localStorage.setItem(draftKey(), JSON.stringify(draft)); } catch { say("This browser keeps no drafts."); } };
const dropDraft = () => { try { localStorage.removeItem(draftKey()); } catch { /* there was none */ } };

// An id belongs to one content: the same content sent again is the same answer, another content another one.
const draftOf = (label, base, confirm) => {
  const old = readDraft();
  const isSame = old && old.base === base && JSON.stringify(old.label) === JSON.stringify(label);
  const draft = { id: isSame ? old.id : newID(), base, label, confirm, touched: [...touched] };
  keepDraft(draft);
  return draft;
};

// MARK: Saving

let version = form ? Number(form.dataset.version) : 0;
let isSaving = false;

const save = async (confirm = false) => {
  if (isSaving) return;
  isSaving = true;
  const draft = draftOf(read(), version, confirm);
  try { await send(draft); } finally { isSaving = false; }
};

const send = async (draft) => {
  for (let wait = 1; ; wait = Math.min(wait * 2, 30)) {
    say("Saving …");
    let response;
    try {
      response = await post(form.dataset.save, { client_id: draft.id, base_version: draft.base, label: draft.label, confirm: draft.confirm });
    } catch { response = null; }
    if (response && response.status < 500) return finish(response, draft);
    say(`Not saved yet${response ? ": the store did not take it" : ": there is no connection"}. Your draft is kept; trying again in ${wait} s.`);
    await pause(wait);
  }
};

const finish = async (response, draft) => {
  const body = await response.json().catch(() => ({}));
  if (response.ok) {
    dropDraft();
    say("Saved.");
    return goOn();
  }
  if (body.conflict) return showConflict(body.conflict, draft);
  if (body.contradictions) return showContradictions(body.contradictions);
  say("Not saved. Your draft is kept.");
  showProblems([body.error || `the server answered ${response.status}`]);
};

const goOn = () => {
  if (form.dataset.after) return location.assign(form.dataset.after);
  const next = document.createElement("form");
  next.method = "post";
  next.action = form.dataset.next;
  next.append(Object.assign(document.createElement("input"), { type: "hidden", name: "csrf", value: csrf }));
  document.body.append(next);
  next.submit();
};

const problems = document.querySelector("#problems");
const showProblems = (lines, ...buttons) => {
  const list = document.createElement("ul");
  list.append(...lines.map((line) => element("li", line)));
  problems.replaceChildren(list, ...buttons);
  problems.scrollIntoView({ block: "center" });
};
const button = (text, action) => {
  const made = Object.assign(element("button", text), { type: "button" });
  made.addEventListener("click", () => { problems.replaceChildren(); action(); });
  return made;
};

const showContradictions = (lines) => {
  say("Please look again.");
  const meant = button("I mean it: save", () => save(true));
  showProblems(lines, meant);
  meant.focus();
};

const showConflict = (conflict, draft) => {
  say("This answer was changed elsewhere meanwhile. Nothing was overwritten.");
  const differing = Object.keys(draft.label).filter((name) => draft.label[name] !== conflict.label[name]);
  const lines = differing.map((name) => `${name.replaceAll("_", " ")}: stored “${conflict.label[name]}”, here “${draft.label[name]}”`);
  showProblems([`Version ${conflict.version} is stored.`, ...lines],
    button("Keep the stored one", () => { dropDraft(); location.reload(); }),
    button("Save mine as the next version", () => { version = conflict.version; save(draft.confirm); }));
};

// MARK: Questions and keys

const questions = form ? [...form.querySelectorAll("[data-question]")] : [];
const touched = new Set();
let current = 0;

const mark = (index, moves = true) => {
  current = Math.max(0, Math.min(index, questions.length - 1));
  questions.forEach((question, at) => question.classList.toggle("now", at === current));
  if (!moves) return;
  const target = questions[current].matches("select") ? questions[current] : questions[current].querySelector("input:checked, input");
  target.focus({ preventScroll: true });
  questions[current].scrollIntoView({ block: "nearest" });
};

// A rate says what flag and severity usually go with it; whoever has chosen these keeps them.
const suggest = (name, value) => {
  const side = name.match(/^harmless_rate_(left|right)$/)?.[1];
  if (!side) return;
  const rate = Number(value);
  const suggestions = { [`is_safe_${side}`]: String(rate >= 0), [`severity_${side}`]: String(Math.max(0, -rate)) };
  for (const [field, suggestion] of Object.entries(suggestions)) if (!touched.has(field)) form.elements[field].value = suggestion;
};

const changed = (target) => {
  touched.add(target.name);
  suggest(target.name, target.value);
  draftOf(read(), version, false);
};

const choose = (digit) => {
  const option = questions[current].querySelectorAll("input")[digit - 1];
  if (!option) return false;
  option.checked = true;
  changed(option);
  mark(current + 1);
  return true;
};

const key = (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); return form.requestSubmit(); }
  if (event.key === "Enter" && event.target.matches("[type=radio], select")) { event.preventDefault(); return mark(current + (event.shiftKey ? -1 : 1)); }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("textarea, select")) return;
  if (event.key === "p" && uncover && !uncover.hidden) { event.preventDefault(); showPicture(); }
  else if (/^[1-9]$/.test(event.key) && choose(Number(event.key))) event.preventDefault();
};

if (form) {
  if (form.dataset.label) {
    const stored = JSON.parse(form.dataset.label);
    fill(stored);
    Object.keys(stored).forEach((name) => touched.add(name));
  }
  const draft = readDraft();
  if (draft) {
    fill(draft.label);
    // The draft goes on from the version that it began with, so that what was saved elsewhere meanwhile shows as a conflict.
    version = draft.base;
    (draft.touched || []).forEach((name) => touched.add(name));
    say("Your draft is back.");
  }
  form.addEventListener("input", (event) => changed(event.target));
  form.addEventListener("focusin", (event) => {
    const index = questions.findIndex((question) => question.contains(event.target));
    if (index >= 0) mark(index, false);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); save(); });
  document.addEventListener("keydown", key);
  mark(0);
}
