// Lists: rows are links for the mouse too, arrows walk them, space ticks them, ticked rows bring up the bulk bar.

import { announce, isTyping, words } from "./tools.js";

const BUSY = "a, button, input, select, textarea, label, summary, [contenteditable]";
let lastTick = null;

export function startLists(root) {
  for (const table of root.querySelectorAll("table[data-rows]")) startTable(table);
  if (!document.body.dataset.listKeys) {
    document.body.dataset.listKeys = "1";
    document.addEventListener("keydown", press);
  }
}

function startTable(table) {
  if (table.dataset.started) return;
  table.dataset.started = "1";
  table.addEventListener("click", (event) => clicked(event));
  table.addEventListener("auxclick", (event) => { if (event.button === 1) clicked(event, true); });
  table.addEventListener("change", (event) => { if (event.target.matches("[data-tick], [data-tick-all]")) ticked(table, event.target); });
  refresh(table);
}

function clicked(event, aside = false) {
  const box = event.target.closest("[data-tick]");
  if (box) { range(event, box); return; }
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest(BUSY) || String(window.getSelection())) return;
  if (aside || event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
  else window.location.assign(row.dataset.href);
}

/** Shift and a click tick everything between. */
function range(event, box) {
  if (event.shiftKey && lastTick && lastTick !== box) {
    const all = [...box.closest("table").querySelectorAll("[data-tick]")];
    const [from, to] = [all.indexOf(lastTick), all.indexOf(box)].sort((a, b) => a - b);
    if (from >= 0) all.slice(from, to + 1).forEach((one) => (one.checked = box.checked));
  }
  lastTick = box;
}

function ticked(table, box) {
  if (box.matches("[data-tick-all]")) table.querySelectorAll("[data-tick]").forEach((one) => (one.checked = box.checked));
  refresh(table);
}

function refresh(table) {
  const all = [...table.querySelectorAll("[data-tick]")];
  const on = all.filter((one) => one.checked);
  for (const one of all) one.closest("tr").classList.toggle("q-ticked", one.checked);
  const every = table.querySelector("[data-tick-all]");
  if (every) { every.checked = on.length > 0 && on.length === all.length; every.indeterminate = on.length > 0 && on.length < all.length; }
  const bar = document.getElementById("bulk");
  if (!bar || !all.length) return;
  const text = words("ticked", { n: on.length });
  if (bar.hidden === Boolean(on.length)) announce(text);
  bar.hidden = !on.length;
  bar.querySelector("[data-count]").textContent = text;
  const clear = bar.querySelector("[data-clear]");
  clear.onclick = () => { all.forEach((one) => (one.checked = false)); refresh(table); };
}

function press(event) {
  const table = document.querySelector("table[data-rows][data-walk]");
  if (!table || isTyping(event) || document.querySelector("dialog[open]")) return;
  const inside = table.contains(document.activeElement);
  if (!inside && document.activeElement !== document.body) return;
  const links = [...table.querySelectorAll(".q-row-link")];
  const row = document.activeElement.closest?.("tr");
  const now = row ? links.findIndex((link) => link.closest("tr") === row) : -1;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = links[event.key === "ArrowDown" ? Math.min(now + 1, links.length - 1) : Math.max(now - 1, 0)];
    if (next) { event.preventDefault(); next.focus(); mark(table, next); }
  } else if (event.key === " " && row && document.activeElement.matches(".q-row-link")) {
    const box = row.querySelector("[data-tick]");
    if (box) { event.preventDefault(); box.click(); }
  }
}

function mark(table, link) {
  table.querySelector(".q-here")?.classList.remove("q-here");
  link.closest("tr").classList.add("q-here");
}
