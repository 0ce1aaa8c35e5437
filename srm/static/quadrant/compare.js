/* Choosing offers on a comparison: views, best per line, live figures of what is chosen. The server judges again. */

const LANGUAGE = document.documentElement.lang || "en";
const money = (value) => new Intl.NumberFormat(LANGUAGE, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);
const percent = (value) => new Intl.NumberFormat(LANGUAGE, { style: "percent", maximumFractionDigits: 1 }).format(value);

function chosenIn(board) {
  return [...board.querySelectorAll('input[type="radio"]:checked')];
}

/** The same sums as comparing.judge: totals, the cheapest for the same quantities, the baseline where there is one. */
function judge(board) {
  const found = { total: 0, cheapest: 0, baseline: 0, compared: 0, suppliers: new Set(), lines: 0 };
  for (const input of chosenIn(board)) {
    const landed = Number(input.dataset.landed);
    const quantity = Number(input.dataset.quantity);
    const best = input.closest("tr").querySelector("[data-best]");
    found.total += landed;
    found.lines += 1;
    found.cheapest += Math.min(landed, best ? Math.round(Number(best.dataset.unit) * quantity * 100) / 100 : landed);
    found.suppliers.add(input.dataset.supplier);
    if (input.dataset.baseline !== undefined) {
      found.baseline += Math.round(Number(input.dataset.baseline) * quantity * 100) / 100;
      found.compared += landed;
    }
  }
  return found;
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function show(board) {
  const words = board.dataset;
  const found = judge(board);
  const set = (name, text, css) => {
    const place = board.querySelector(`[data-figure="${name}"]`);
    place.textContent = text;
    if (css !== undefined) place.className = css;
  };
  for (const cell of board.querySelectorAll("td.pick")) cell.classList.remove("pick");
  for (const input of chosenIn(board)) input.closest("td").classList.add("pick");
  board.querySelector("[data-propose]")?.toggleAttribute("disabled", found.lines === 0);
  if (found.lines === 0) {
    set("head", words.wordNone);
    set("saving", "");
    set("extra", "");
    return;
  }
  set("head", fill(words.wordHead, { n: found.suppliers.size, lines: found.lines, total: money(found.total) }));
  const saving = found.baseline - found.compared;
  const below = saving >= 0;
  const text = found.baseline
    ? fill(below ? words.wordBelow : words.wordAbove, { amount: money(Math.abs(saving)), part: percent(Math.abs(saving) / found.baseline) })
    : "";
  set("saving", text, below ? "q-good" : "q-bad");
  const extra = found.total - found.cheapest;
  set("extra", extra > 0.004 ? fill(words.wordExtra, { amount: money(extra), cheapest: money(found.cheapest) }) : words.wordCheapest);
}

function pick(board, mark) {
  for (const input of board.querySelectorAll('input[type="radio"]')) input.checked = false;
  for (const input of board.querySelectorAll(`input[data-${mark}]`)) input.checked = true;
  show(board);
}

function view(board, name) {
  board.dataset.shows = name;
  for (const button of board.querySelectorAll("[data-view]")) {
    const on = button.dataset.view === name;
    button.classList.toggle("active", on);
    button.setAttribute("aria-pressed", String(on));
  }
}

document.addEventListener("click", (event) => {
  const board = event.target.closest?.("[data-board]");
  if (!board) return;
  const viewed = event.target.closest("[data-view]");
  const picked = event.target.closest("[data-pick]");
  if (viewed) view(board, viewed.dataset.view);
  if (picked) pick(board, picked.dataset.pick);
  // A second click on what is chosen takes the line out of the award.
  if (event.target.matches('input[type="radio"]') && event.target.dataset.was === "1") {
    event.target.checked = false;
    show(board);
  }
  for (const input of board.querySelectorAll('input[type="radio"]')) input.dataset.was = input.checked ? "1" : "";
});

document.addEventListener("change", (event) => {
  const board = event.target.closest?.("[data-board]");
  if (board && event.target.matches('input[type="radio"]')) show(board);
});

function prepare() {
  for (const board of document.querySelectorAll("[data-board]")) {
    for (const input of board.querySelectorAll('input[type="radio"]')) input.dataset.was = input.checked ? "1" : "";
  }
}
document.addEventListener("htmx:afterSettle", prepare);
prepare();
