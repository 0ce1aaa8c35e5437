// The line form of requests: fields that few lines need stay folded until they are wanted, filled or faulty.

import { parseScaled } from "./tools.js";

const RARE = ["deliveries", "category", "place", "cost_center", "note", "work", "deliverables", "work_from", "work_to", "accepts_by"];

function nameOf(cell) {
  const field = cell.querySelector("select, input:not([type=hidden]), textarea");
  return field ? field.name.replace(/^.*-\d+-|^.*-__prefix__-/, "") : "";
}

function dress(row) {
  if (row.dataset.dressed) return;
  row.dataset.dressed = "1";
  const rare = [];
  for (const cell of row.querySelectorAll("td[data-cell]")) {
    cell.dataset.field = nameOf(cell);
    if (RARE.includes(cell.dataset.field)) { cell.classList.add("q-line-extra"); rare.push(cell); }
  }
  const used = rare.some((cell) => [...cell.querySelectorAll("select, input, textarea")].some((one) => one.value) || cell.querySelector(".invalid-feedback"));
  row.classList.toggle("q-opened", used);
  const tools = row.querySelector(".q-line-tools");
  if (!tools) return;
  const more = document.createElement("button");
  more.type = "button";
  more.className = "btn btn-sm q-line-more";
  more.textContent = document.getElementById("line-more").dataset.label;
  more.setAttribute("aria-expanded", String(used));
  more.addEventListener("click", () => {
    const opened = row.classList.toggle("q-opened");
    more.setAttribute("aria-expanded", String(opened));
  });
  tools.prepend(more);
}

const SCALE = 10;
const DAY = /^\s*(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}([./]\d{2,4})?)\.?\s*[:=\s]\s*/;

/** A scaled number without marks for thousands, which a single one of would be read as a decimal comma. */
function plain(value) {
  const one = 10n ** BigInt(SCALE);
  const fraction = String(value % one).padStart(SCALE, "0").replace(/0+$/, "");
  return fraction ? `${value / one}.${fraction}` : String(value / one);
}

/** What the deliveries of a line add up to, as they are typed; a quantity that is still empty, or was theirs, follows. */
function addUp(box) {
  const parts = box.value.split(/[;\n]/).filter((part) => part.trim());
  const values = parts.map((part) => DAY.test(part) ? parseScaled(part.replace(DAY, ""), SCALE) : null);
  let shown = box.parentElement.querySelector("output");
  if (!shown) {
    shown = document.createElement("output");
    shown.className = "q-muted small";
    box.after(shown);
  }
  if (!parts.length || values.some((value) => value === null)) { shown.textContent = ""; return; }
  const total = plain(values.reduce((sum, value) => sum + value, 0n));
  shown.textContent = `${document.getElementById("line-more").dataset.together}: ${total}`;
  const quantity = document.getElementsByName(box.name.replace(/deliveries$/, "quantity"))[0];
  if (!quantity || (quantity.value && quantity.value !== box.dataset.total)) return;
  box.dataset.total = quantity.value = total;
  quantity.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("input", (event) => { if (event.target.name?.endsWith("-deliveries")) addUp(event.target); });

/** Items that pasted words may mean, as buttons below the picker: one press chooses. */
function offer(select) {
  const box = document.createElement("div");
  box.className = "q-offers";
  for (const one of JSON.parse(select.dataset.offers)) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = one.text;
    button.addEventListener("click", () => {
      select.tomselect.addOption(one);
      select.tomselect.setValue(one.value);
      const cell = select.closest("td");
      cell.querySelector(".invalid-feedback")?.remove();
      cell.closest("tr").classList.remove("q-line-bad");
      box.remove();
    });
    box.append(button);
  }
  select.closest("td").append(box);
}

for (const select of document.querySelectorAll("[data-lines] tbody select[data-offers]")) offer(select);

for (const body of document.querySelectorAll("[data-lines] tbody")) {
  for (const row of body.rows) dress(row);
  new MutationObserver((changes) => {
    for (const change of changes) for (const row of change.addedNodes) if (row.tagName === "TR") dress(row);
  }).observe(body, { childList: true });
}
