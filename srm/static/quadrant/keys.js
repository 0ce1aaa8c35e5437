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
  const dialog = document.getElementById("keys");
  if (dialog && !dialog.open) dialog.showModal();
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

export function startKeys() {
  document.addEventListener("keydown", press);
  const toggle = document.getElementById("keys-switch");
  if (toggle) {
    toggle.checked = areOn();
    toggle.addEventListener("change", () => localStorage.setItem(SWITCH, toggle.checked ? "on" : "off"));
  }
  for (const button of document.querySelectorAll("[data-help]")) button.addEventListener("click", help);
  const dialog = document.getElementById("keys");
  dialog?.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-dismiss]")) dialog.close();
  });
}
