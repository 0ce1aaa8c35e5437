// The keyboard: "/" searches, "g" and a letter goes, "n" new, "e" edit, "?" help. Single keys can be switched off.

import { isTyping } from "./tools.js";

const SWITCH = "q:keys";
let waiting = 0;

function areOn() {
  return localStorage.getItem(SWITCH) !== "off";
}

function go(letter) {
  const link = document.querySelector(`[data-key="${CSS.escape(letter)}"]`);
  if (link) link.click();
  return Boolean(link);
}

function help() {
  const address = document.querySelector("meta[name=keys]")?.content;
  if (address && !document.querySelector("dialog[open]")) window.htmx.ajax("GET", address, { target: "#dialog-body" });
}

function press(event) {
  if (isTyping(event) || !areOn() || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (Date.now() < waiting) {
    waiting = 0;
    if (go(key)) event.preventDefault();
    return;
  }
  if (key === "g") waiting = Date.now() + 1500;
  else if (key === "/") focusSearch(event);
  else if (key === "?") { event.preventDefault(); help(); }
  else {
    const target = document.querySelector(`[data-hotkey="${CSS.escape(key)}"]`);
    if (target) { event.preventDefault(); target.click(); }
  }
}

function focusSearch(event) {
  const box = document.getElementById("search") || document.getElementById("find");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
}

/** The switch may come with the dialog, long after the page. */
export function startKeySwitch(root) {
  const toggle = root.querySelector("#keys-switch");
  if (!toggle) return;
  toggle.checked = areOn();
  toggle.addEventListener("change", () => localStorage.setItem(SWITCH, toggle.checked ? "on" : "off"));
}

export function startKeys() {
  document.addEventListener("keydown", press);
  for (const button of document.querySelectorAll("[data-help]")) button.addEventListener("click", help);
}
