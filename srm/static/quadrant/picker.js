// Pickers: a select that asks its look-up while one types, and fills its neighbours with what it brought.

import { csrf, words } from "./tools.js";

const base = document.querySelector("meta[name=lookup]")?.content || "/lookup/";

export function startPickers(root) {
  for (const select of root.querySelectorAll("select[data-picker]")) startPicker(select);
}

export function startPicker(select) {
  if (select.tomselect || select.closest("template")) return;
  const many = select.multiple;
  new window.TomSelect(select, {
    valueField: "value",
    labelField: "text",
    searchField: ["text"],
    score: () => () => 1,
    maxOptions: 20,
    maxItems: many ? null : 1,
    preload: "focus",
    loadThrottle: 200,
    placeholder: select.dataset.placeholder || words("pick"),
    hidePlaceholder: true,
    plugins: many ? ["remove_button"] : ["clear_button"],
    shouldLoad: () => true,
    load(text, show) {
      this.clearOptions();
      fetch(`${base}${select.dataset.picker}/?q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } })
        .then((answer) => (answer.ok ? answer.json() : { options: [] }))
        .then((body) => show(body.options), () => show());
    },
    render: {
      option: (option, escape) => `<div>${escape(option.text)}${option.hint ? `<small>${escape(option.hint)}</small>` : ""}</div>`,
      item: (option, escape) => `<div>${escape(option.text)}</div>`,
      no_results: () => `<div class="no-results">${words("nothing_found")}</div>`,
      loading: () => `<div class="no-results">${words("searching")}</div>`,
    },
    onInitialize() { select.setAttribute("aria-hidden", "true"); },
    onItemAdd(value) {
      // Who picks within moments of typing has picked: the search that still waits would open the list once more.
      clearTimeout(this.refreshTimeout);
      this.setTextboxValue("");
      fill(select, this.options[value]?.data);
      if (!many) this.blur();
    },
  });
}

/** Copy what the look-up brought into empty fields of the same row or form. */
function fill(select, data) {
  if (!data || !select.dataset.fills) return;
  const prefix = select.name.includes("-") ? select.name.slice(0, select.name.lastIndexOf("-") + 1) : "";
  for (const pair of select.dataset.fills.split(",")) {
    const [source, target] = pair.split("=");
    const field = document.getElementsByName(prefix + target)[0];
    if (!field || data[source] === undefined || data[source] === null) continue;
    if (field.tomselect) {
      if (!field.value) { field.tomselect.addOption(asOption(data[source])); field.tomselect.setValue(asOption(data[source]).value); }
    } else if (!field.value || field.dataset.filled) {
      field.value = data[source];
      field.dataset.filled = "1";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
}

function asOption(data) {
  return typeof data === "object" ? data : { value: String(data), text: String(data) };
}

/** Set a picker to what a pasted text means; "~text" is left for the server to judge when it fits none or several. */
export async function setPasted(pairs) {
  const byLookup = new Map();
  for (const [select, text] of pairs) {
    const list = byLookup.get(select.dataset.picker) || [];
    list.push([select, text]);
    byLookup.set(select.dataset.picker, list);
  }
  let unknown = 0;
  for (const [lookup, list] of byLookup) {
    const found = await ask(lookup, [...new Set(list.map(([, text]) => text))]);
    for (const [select, text] of list) {
      const option = found[text] || { value: `~${text}`, text };
      if (!found[text]) unknown += 1;
      startPicker(select);
      select.tomselect.addOption(option);
      select.tomselect.setValue(option.value);
      fill(select, option.data);
      select.closest("td")?.classList.toggle("is-invalid", !found[text]);
    }
  }
  return unknown;
}

async function ask(lookup, texts) {
  try {
    const answer = await fetch(`${base}${lookup}/`, {
      method: "POST", body: JSON.stringify({ texts }),
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf(), Accept: "application/json" },
    });
    return answer.ok ? (await answer.json()).options : {};
  } catch {
    return {};
  }
}
