// Starts every page: wires what is there, and again what htmx brings in.

import { announce, csrf, leaveLater, toast, words } from "./tools.js";
import { startKeys, startKeySwitch } from "./keys.js";
import { startLists } from "./lists.js";
import { startDrafts, forgetDrafts } from "./drafts.js";
import { startCountdowns } from "./countdown.js";
import { startScrolls } from "./scrolls.js";

function start(root) {
  startLists(root);
  startCountdowns(root);
  startKeySwitch(root);
  startScrolls(root);
  if (root.querySelector("[data-picker]")) import("./picker.js").then((module) => module.startPickers(root));
  if (root.querySelector("[data-lines]")) import("./lines.js").then((module) => module.startLines(root));
  if (root.querySelector("[data-files]")) import("./files.js").then((module) => module.startFiles(root));
  if (root.querySelector("[data-chart]")) import("./charts.js").then((module) => module.startCharts(root));
  startDrafts(root);
  for (const button of root.querySelectorAll("[data-toggle]")) toggles(button);
  for (const form of root.querySelectorAll("form[data-once]")) once(form);
  for (const form of root.querySelectorAll("form[data-forget]")) form.addEventListener("submit", () => forgetDrafts(form.dataset.forget));
  for (const control of root.querySelectorAll("[data-submits]")) control.addEventListener("change", () => control.form.requestSubmit());
  for (const button of root.querySelectorAll("[data-take]")) button.addEventListener("click", () => takeTheirs(button));
  for (const button of root.querySelectorAll("[data-copy]")) button.addEventListener("click", () => copy(button));
  for (const button of root.querySelectorAll("[data-back]")) goesBack(button);
  for (const button of root.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
}

/** A button that shows and hides the element it controls. */
function toggles(button) {
  const target = document.getElementById(button.getAttribute("aria-controls"));
  button.addEventListener("click", () => {
    target.hidden = !target.hidden;
    button.setAttribute("aria-expanded", String(!target.hidden));
    if (!target.hidden) target.querySelector("input, select, button")?.focus();
  });
}

/** A second click while the first is under way must not send twice. */
function once(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 8000);
  });
  window.addEventListener("pageshow", () => delete form.dataset.sent);
}

/** Put their value of a conflicting field into the form. */
function takeTheirs(button) {
  const field = document.getElementsByName(button.dataset.take)[0];
  if (!field) return;
  if (field.tomselect) {
    field.tomselect.addOption({ value: button.dataset.value, text: button.dataset.text });
    field.tomselect.setValue(button.dataset.value);
  } else if (field.type === "checkbox") {
    field.checked = button.dataset.value === "True";
  } else {
    field.value = button.dataset.value;
  }
  field.dispatchEvent(new Event("change", { bubbles: true }));
  button.closest("tr")?.classList.add("q-muted");
  announce(words("taken"));
}

function goesBack(button) {
  button.hidden = window.history.length < 2;
  button.addEventListener("click", () => window.history.back());
}

function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  navigator.clipboard?.writeText(source.innerText.trim()).then(() => toast(words("copied")));
}

function startTheme() {
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      const choice = button.dataset.themeChoice;
      document.documentElement.dataset.choice = choice;
      document.dispatchEvent(new Event("choose-theme"));
      for (const other of document.querySelectorAll("[data-theme-choice]")) other.setAttribute("aria-pressed", String(other === button));
      const body = new FormData(button.form);
      body.set("theme", choice);
      fetch(button.form.action, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": csrf() } });
    });
  }
}

/** The one dialog of the page: opens when something was put into it. */
function startDialog() {
  const dialog = document.getElementById("dialog");
  if (!dialog) return;
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "dialog-body" && event.detail.target.innerHTML.trim() && !dialog.open) dialog.showModal();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-dismiss]")) { event.preventDefault(); dialog.close(); }
  });
  dialog.addEventListener("close", () => (document.getElementById("dialog-body").innerHTML = ""));
}

/** Filters left empty need not stand in the address. */
function shorten(parameters) {
  for (const name of new Set(Object.keys(parameters))) {
    const values = [].concat(parameters[name]).filter((value) => value !== "");
    if (values.length) parameters[name] = values;
    else delete parameters[name];
  }
}

/** The menu takes the focus only where it slides in over the page. */
function startMenu() {
  const menu = document.getElementById("menu");
  menu?.addEventListener("show.bs.offcanvas", () => { menu.tabIndex = -1; menu.setAttribute("aria-label", words("menu")); });
  menu?.addEventListener("hidden.bs.offcanvas", () => { menu.removeAttribute("tabindex"); menu.removeAttribute("aria-label"); });
}

function startHtmx() {
  const body = document.body;
  body.addEventListener("htmx:afterSettle", (event) => start(event.detail.elt));
  body.addEventListener("htmx:configRequest", (event) => { if (event.detail.elt.id === "filters") shorten(event.detail.parameters); });
  body.addEventListener("toast", (event) => toast(event.detail.text, { tone: event.detail.tone || "success" }));
  body.addEventListener("htmx:sendError", () => toast(words("offline"), { tone: "danger" }));
  body.addEventListener("htmx:responseError", (event) => {
    const answer = event.detail.xhr;
    if (!answer.getResponseHeader("HX-Trigger")) toast(words(answer.status >= 500 ? "broken" : "refused"), { tone: "danger" });
  });
}

start(document);
startKeys();
startTheme();
startDialog();
startMenu();
startHtmx();
for (const box of document.querySelectorAll(".q-toast")) {
  box.querySelector(".btn-close")?.addEventListener("click", () => box.remove());
  if (box.matches(".q-toast-success")) leaveLater(box);
}
