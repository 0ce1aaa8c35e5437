// Nothing typed is ever lost: a form keeps what is typed in this browser, per user and address, until it was saved.

import { words } from "./tools.js";

const PREFIX = "q:draft:";
const SENT = "q:sent";
const DAYS = 14;
const SKIP = /csrfmiddlewaretoken|-INITIAL_FORMS$|-MIN_NUM_FORMS$|-MAX_NUM_FORMS$/;

export function startDrafts(root) {
  if (root === document) { sweep(); settleSent(); }
  for (const form of root.querySelectorAll("form[data-draft]")) if (form.dataset.draft) startDraft(form);
}

/** Forget everything a user typed in this browser: he logs out. */
export function forgetDrafts(user) {
  for (const key of Object.keys(localStorage)) if (key.startsWith(`${PREFIX}${user}:`)) localStorage.removeItem(key);
}

/** A form that was sent and is not on this page any more has been saved, unless this is a log-in or error page. */
function settleSent() {
  const sent = sessionStorage.getItem(SENT);
  if (!sent || document.body.dataset.unsettled) return;
  sessionStorage.removeItem(SENT);
  const still = [...document.querySelectorAll("form[data-draft]")].some((form) => PREFIX + form.dataset.draft === sent);
  if (!still) localStorage.removeItem(sent);
}

function sweep() {
  const oldest = Date.now() - DAYS * 86400000;
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(PREFIX)) continue;
    try { if (JSON.parse(localStorage.getItem(key)).at < oldest) localStorage.removeItem(key); }
    catch { localStorage.removeItem(key); }
  }
}

async function startDraft(form) {
  const key = PREFIX + form.dataset.draft;
  const kept = read(key);
  const started = snapshot(form);
  if (kept && !form.dataset.bound && JSON.stringify(kept.values) !== JSON.stringify(started)) await restore(form, key, kept);
  let timer = null;
  const keep = () => {
    clearTimeout(timer);
    timer = setTimeout(() => save(form, key, started), 400);
  };
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("submit", () => { clearTimeout(timer); save(form, key, started); sessionStorage.setItem(SENT, key); });
  window.addEventListener("pagehide", () => { if (timer) save(form, key, started); });
  for (const link of form.querySelectorAll("[data-discard]")) link.addEventListener("click", () => { clearTimeout(timer); timer = null; localStorage.removeItem(key); });
}

function read(key) {
  try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
}

/** [name, value, words] of everything typed; no secrets, no files. */
function snapshot(form) {
  const found = [];
  for (const field of form.elements) {
    if (!field.name || field.disabled || SKIP.test(field.name) || /^(password|file|submit|button)$/.test(field.type)) continue;
    if (field.closest("template")) continue;
    if (/^(checkbox|radio)$/.test(field.type)) found.push([field.name, field.checked ? field.value : "", field.type]);
    else if (field.tagName === "SELECT") {
      for (const option of field.selectedOptions) found.push([field.name, option.value, option.text]);
    } else found.push([field.name, field.value, ""]);
  }
  return found;
}

function save(form, key, started) {
  const values = snapshot(form);
  const note = form.querySelector("[data-kept]");
  if (JSON.stringify(values) === JSON.stringify(started) && !form.dataset.restored) return;
  try {
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), values }));
    if (note) note.textContent = words("kept_at", { time: clock(Date.now()) });
  } catch {
    if (note) note.textContent = words("not_kept");
  }
}

async function restore(form, key, kept) {
  await growLines(form, kept.values);
  const before = form.elements.version?.value;
  for (const [name, value, text] of kept.values) setField(form, name, value, text);
  form.dataset.restored = "1";
  form.dispatchEvent(new Event("change", { bubbles: true }));
  for (const box of form.querySelectorAll("[data-lines]")) box.lines?.count();
  banner(form, key, kept, before && form.elements.version && before !== form.elements.version.value);
}

/** Make as many rows as the draft had before its values are put in. */
async function growLines(form, values) {
  for (const box of form.querySelectorAll("[data-lines]")) {
    const { startLines } = await import("./lines.js");
    startLines(form);
    const wanted = values.find(([name]) => name === `${box.dataset.lines}-TOTAL_FORMS`);
    while (wanted && Number(box.lines.total.value) < Number(wanted[1])) if (!box.lines.add()) break;
  }
  if (form.querySelector("[data-picker]")) (await import("./picker.js")).startPickers(form);
}

function setField(form, name, value, text) {
  if (/-TOTAL_FORMS$/.test(name)) return;
  const found = form.elements[name];
  if (!found) return;
  const fields = found instanceof RadioNodeList ? [...found] : [found];
  for (const field of fields) {
    if (field.tomselect) {
      if (value) { field.tomselect.addOption({ value, text }); field.tomselect.addItem(value, true); } else field.tomselect.clear(true);
    } else if (/^(checkbox|radio)$/.test(field.type)) {
      if (fields.length === 1) field.checked = Boolean(value);
      else if (field.value === value) field.checked = true;
    } else if (fields.length === 1) field.value = value;
    if (/-DELETE$/.test(name)) field.closest("tr")?.classList.toggle("q-removed", value === "on");
  }
}

function banner(form, key, kept, newer) {
  const box = document.createElement("div");
  box.className = "alert alert-info";
  box.setAttribute("role", "status");
  const text = document.createElement("span");
  text.textContent = `${words("restored", { time: clock(kept.at) })} ${newer ? words("restored_newer") : ""} `;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "q-linkish";
  button.textContent = words("discard");
  button.addEventListener("click", () => { localStorage.removeItem(key); window.location.reload(); });
  box.append(text, button);
  form.prepend(box);
}

function clock(time) {
  const date = new Date(time), today = new Date().toDateString() === date.toDateString();
  return date.toLocaleString(document.documentElement.lang, { ...(today ? {} : { dateStyle: "medium" }), timeStyle: "short", hourCycle: "h23" });
}
