// Files dropped on the panel, and how far their sending is. Without this the form works as a plain form.

import { announce, toast } from "./tools.js";

const ready = new WeakSet();

export function startFiles(root) {
  for (const form of root.querySelectorAll("form[data-files]")) if (!ready.has(form)) prepare(form);
}

function prepare(form) {
  ready.add(form);
  const input = form.querySelector("input[type=file]");
  const bar = form.querySelector("progress");
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("q-here"); });
  form.addEventListener("dragleave", () => form.classList.remove("q-here"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("q-here");
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });
  // A file over the limit would be sent for minutes only to be refused.
  form.addEventListener("submit", (event) => {
    const most = Number(form.dataset.limit) * 1024 * 1024;
    if (![...input.files].some((file) => file.size > most)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    toast(form.dataset.tooLarge, { tone: "danger" });
  }, { capture: true });
  form.addEventListener("htmx:xhr:progress", (event) => {
    if (!event.detail.lengthComputable) return;
    bar.hidden = false;
    bar.value = (100 * event.detail.loaded) / event.detail.total;
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    bar.hidden = true;
    if (event.detail.successful) announce(bar.getAttribute("aria-label"));
  });
}

startFiles(document);
document.body.addEventListener("htmx:afterSettle", (event) => startFiles(event.detail.elt.parentElement || document));
