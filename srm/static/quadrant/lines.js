// Lines of a document: add, clone, remove with undo, paste from Excel, totals as one types, Enter goes down.

import { announce, formatScaled, parseScaled, toast, words } from "./tools.js";
import { setPasted, startPickers } from "./picker.js";

const SCALE = 10;

export function startLines(root) {
  for (const box of root.querySelectorAll("[data-lines]")) if (!box.lines) box.lines = new Lines(box);
}

class Lines {
  constructor(box) {
    this.box = box;
    this.prefix = box.dataset.lines;
    this.body = box.querySelector("tbody");
    this.total = box.querySelector(`[name="${this.prefix}-TOTAL_FORMS"]`);
    this.pattern = box.querySelector("template");
    this.most = Number(box.dataset.most || 1000);
    this.adder = box.querySelector("[data-add]");  // none where the lines are given
    this.adder?.addEventListener("click", () => this.focus(this.add()));
    this.body.addEventListener("click", (event) => this.clicked(event));
    this.body.addEventListener("input", () => this.count());
    this.body.addEventListener("change", () => this.count());
    this.body.addEventListener("paste", (event) => this.pasted(event), true);
    this.body.addEventListener("keydown", (event) => this.pressed(event));
    document.getElementsByName(box.dataset.currency || "\u0000")[0]?.addEventListener("change", () => this.count());
    this.renumber();
    this.count();
  }

  get rows() { return [...this.body.rows].filter((row) => !row.classList.contains("q-removed")); }

  /** Inputs of a row in the order of the columns, as the user sees them. */
  cells(row) {
    return [...row.querySelectorAll("td[data-cell]")].map((cell) => cell.querySelector("select, input:not([type=hidden]), textarea"));
  }

  add() {
    if (!this.adder) return null;
    const index = Number(this.total.value);
    if (this.rows.length >= this.most) { toast(words("too_many_lines", { n: this.most }), { tone: "warning" }); return null; }
    const holder = document.createElement("tbody");
    holder.innerHTML = this.pattern.innerHTML.replaceAll("__prefix__", index);
    const row = holder.firstElementChild;
    this.body.append(row);
    this.total.value = index + 1;
    startPickers(row);
    this.renumber();
    return row;
  }

  focus(row) {
    if (!row) return;
    const first = this.cells(row)[0];
    (first.tomselect || first).focus();
  }

  clicked(event) {
    const button = event.target.closest("[data-line]");
    if (!button) return;
    const row = button.closest("tr");
    if (button.dataset.line === "remove") this.remove(row);
    else this.clone(row);
  }

  clone(row) {
    const copy = this.add();
    if (!copy) return;
    row.after(copy);
    const from = this.cells(row), to = this.cells(copy);
    from.forEach((field, position) => copyValue(field, to[position]));
    this.renumber();
    this.count();
    this.focus(copy);
  }

  remove(row) {
    const flag = row.querySelector(`[name$="-DELETE"]`);
    flag.value = "on";
    row.classList.add("q-removed");
    this.changed(flag);
    const back = () => { flag.value = ""; row.classList.remove("q-removed"); this.renumber(); this.count(); this.changed(flag); };
    toast(words("line_removed"), { undo: back });
    if (!this.rows.length) this.add();
    this.renumber();
    this.count();
    this.focus(this.rows[0]);
  }

  changed(field) { field.dispatchEvent(new Event("change", { bubbles: true })); }

  renumber() {
    this.rows.forEach((row, position) => {
      row.querySelector(".q-line-no").textContent = position + 1;
      for (const button of row.querySelectorAll("[data-line]")) {
        button.setAttribute("aria-label", words(button.dataset.line === "remove" ? "remove_line" : "clone_line", { n: position + 1 }));
      }
    });
  }

  /** Row totals and their sum; plain integers inside, so cents are exact. */
  count() {
    const factors = (this.box.dataset.total || "").split(",").filter(Boolean);
    if (!factors.length) return;
    let sum = 0n;
    for (const row of this.rows) {
      const values = factors.map((name) => parseScaled(row.querySelector(`[name$="-${name}"]`)?.value, SCALE));
      const cell = row.querySelector(".q-line-total");
      if (values.some((value) => value === null)) { cell.textContent = ""; continue; }
      const whole = values.reduce((product, value) => (product * value) / 10n ** BigInt(SCALE), 10n ** BigInt(SCALE));
      const per = Number.parseInt(this.box.dataset.totalPer ? row.querySelector(`[name$="-${this.box.dataset.totalPer}"]`)?.value : "1", 10);
      const amount = whole / BigInt(per > 0 ? per : 1);
      const cents = BigInt(10 ** (SCALE - 2));
      const rounded = ((amount + cents / 2n) / cents) * cents;
      sum += rounded;
      cell.textContent = formatScaled(rounded, SCALE);
    }
    const currency = document.getElementsByName(this.box.dataset.currency || "\u0000")[0]?.value || this.box.dataset.unit || "";
    this.box.querySelector("[data-sum]").textContent = `${formatScaled(sum, SCALE)} ${currency}`.trim();
  }

  /** Enter goes to the same column of the next row, and makes one when there is none. */
  pressed(event) {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.target.tagName === "BUTTON" || event.target.tagName === "TEXTAREA") return;
    if (event.target.closest(".ts-wrapper.dropdown-active")) return;
    event.preventDefault();
    const row = event.target.closest("tr"), rows = this.rows;
    const cell = event.target.closest("td[data-cell]");
    const column = [...row.querySelectorAll("td[data-cell]")].indexOf(cell);
    const next = rows[rows.indexOf(row) + 1] || this.add();
    const field = next && this.cells(next)[column];
    if (field) (field.tomselect || field).focus();
  }

  async pasted(event) {
    const text = event.clipboardData?.getData("text/plain") || "";
    if (event.target.tagName === "TEXTAREA" || !/[\t\n]/.test(text.trim())) return;
    const cell = event.target.closest("td[data-cell]");
    if (!cell) return;
    event.preventDefault();
    event.stopPropagation();
    const table = readTable(text);
    const row = cell.closest("tr");
    const start = [...row.querySelectorAll("td[data-cell]")].indexOf(cell);
    if (this.isHeading(table[0], start)) table.shift();
    const pickers = this.place(table, row, start);
    const unknown = await setPasted(pickers);
    this.count();
    this.changed(this.total);
    const note = words(unknown ? "pasted_unknown" : "pasted", { n: table.length, unknown });
    toast(note, { tone: unknown ? "warning" : "success" });
    announce(note);
  }

  isHeading(cells, start) {
    const names = [...this.box.querySelectorAll("thead th[data-cell]")].map((one) => bare(one.textContent));
    return cells.length > 0 && cells.every((text, position) => names[start + position] === bare(text));
  }

  /** Write the pasted table into rows from `row` down; returns the pickers to be looked up. */
  place(table, row, start) {
    const pickers = [];
    let target = row;
    for (const cells of table) {
      if (!target) break;
      const fields = this.cells(target);
      cells.forEach((text, position) => {
        const field = fields[start + position];
        if (!field) return;
        if (field.matches("[data-picker]")) { if (text.trim()) pickers.push([field, text.trim()]); }
        else setText(field, text.trim());
      });
      const rows = this.rows;
      target = rows[rows.indexOf(target) + 1] || (cells === table[table.length - 1] ? null : this.add());
    }
    return pickers;
  }
}

/** Excel's clipboard: tabs and line ends, cells with either inside are quoted. */
export function readTable(text) {
  const rows = [[]];
  let cell = "", quoted = false;
  const clean = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "");
  for (let i = 0; i < clean.length; i += 1) {
    const sign = clean[i];
    if (quoted) {
      if (sign === '"' && clean[i + 1] === '"') { cell += '"'; i += 1; }
      else if (sign === '"') quoted = false;
      else cell += sign;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === "\t") { rows.at(-1).push(cell); cell = ""; }
    else if (sign === "\n") { rows.at(-1).push(cell); rows.push([]); cell = ""; }
    else cell += sign;
  }
  rows.at(-1).push(cell);
  return rows.filter((cells) => cells.some((one) => one.trim()));
}

const bare = (text) => text.replace(/\*\s*$/, "").trim().toLowerCase();

function setText(field, text) {
  if (field.tagName === "SELECT") {
    const wanted = text.toLowerCase();
    const option = [...field.options].find((one) => one.value.toLowerCase() === wanted || one.text.trim().toLowerCase() === wanted);
    if (option) field.value = option.value;
  } else if (field.type === "date") {
    const match = /^(\d{1,2})[./](\d{1,2})[./](\d{4})$/.exec(text);
    field.value = match ? `${match[3]}-${match[2].padStart(2, "0")}-${match[1].padStart(2, "0")}` : text.slice(0, 10);
  } else if (field.type === "checkbox") {
    field.checked = /^(1|x|yes|true|да)$/i.test(text);
  } else field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function copyValue(from, to) {
  if (!from || !to) return;
  if (from.tomselect) {
    for (const value of [].concat(from.tomselect.getValue())) {
      if (!value) continue;
      to.tomselect.addOption(from.tomselect.options[value]);
      to.tomselect.addItem(value, true);
    }
  } else if (from.type === "checkbox") to.checked = from.checked;
  else to.value = from.value;
}
