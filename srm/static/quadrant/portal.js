/* A supplier's offer: kept as it is typed, totals as they come, a question where a price looks odd. */

const LANGUAGE = document.documentElement.lang || "en";
const ODD = 20;
const BASES = [10, 100, 1000];
const PAUSE = 1200;
const number = (value, options) => new Intl.NumberFormat(LANGUAGE, options).format(value);
const money = (value) => number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const token = () => document.querySelector("meta[name=csrf]").content;
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** The number people type with comma or point; NaN when it is none. */
function parse(text) {
  let clean = text.replace(/[\s\u00a0\u202f']/g, "");
  if (!clean) return null;
  if (clean.includes(",") && clean.includes(".")) {
    const thousands = clean.lastIndexOf(",") < clean.lastIndexOf(".") ? "," : ".";
    clean = clean.split(thousands).join("");
  }
  clean = clean.replace(",", ".");
  return /^\d*\.?\d*$/.test(clean) && clean !== "." ? Number(clean) : NaN;
}

function send(url, body, options = {}) {
  return fetch(url, {
    method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
    body: JSON.stringify(body), ...options,
  });
}

function field(line, name) {
  return line.querySelector(`[name="${name}-${line.dataset.offerLine}"]`);
}

/** One line's amount, null without a price; shows it, and asks about an odd price. */
function lineNet(form, line) {
  const price = parse(field(line, "price").value);
  const basis = Number(field(line, "basis").value) || 1;
  const part = parse(field(line, "quantity").value);
  const quantity = part === null || Number.isNaN(part) ? Number(line.dataset.quantity) : part;
  const shown = line.querySelector("[data-net]");
  const good = price !== null && !Number.isNaN(price);
  const net = good ? Math.round((quantity * price * 100) / basis) / 100 : null;
  shown.textContent = net === null ? "" : fill(form.dataset.wordTotal, { total: money(net) });
  ask(form, line, good && price > 0 ? price / basis : null, basis);
  return net;
}

function ask(form, line, unit, basis) {
  const place = line.querySelector("[data-doubt]");
  const last = Number(line.dataset.last || 0);
  const times = unit && last ? unit / last : 1;
  const odd = times >= ODD || times <= 1 / ODD;
  place.hidden = !odd;
  field(line, "price").classList.toggle("is-invalid", odd);
  if (!odd) return;
  const words = form.dataset;
  const known = number(last, { maximumFractionDigits: 6 });
  const fits = BASES.find((one) => one > basis && (times * basis) / one > 0.2 && (times * basis) / one < 5);
  const said = times >= 1 ? fill(words.wordTimes, { times: number(Math.round(times)), last: known }) : fill(words.wordSmall, { last: known });
  place.textContent = fits ? `${said} ${fill(words.wordBasis, { basis: number(fits) })} ` : said;
  if (fits) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "q-linkish";
    button.dataset.takeBasis = String(fits);
    button.textContent = fill(words.wordYes, { basis: number(fits) });
    place.append(button);
  }
}

function total(form) {
  let sum = 0;
  for (const line of form.querySelectorAll("[data-offer-line]")) sum += lineNet(form, line) || 0;
  const freight = parse(form.querySelector("[data-freight]").value);
  form.querySelector("[data-total]").textContent = money(sum + (freight || 0));
}

/** What is typed, in the shape the server keeps it. */
function typed(form) {
  const lines = {};
  for (const line of form.querySelectorAll("[data-offer-line]")) {
    lines[line.dataset.offerLine] = Object.fromEntries(
      ["price", "basis", "quantity", "deliver_on", "note"].map((name) => [name, field(line, name).value]),
    );
  }
  const head = Object.fromEntries(["freight", "valid_until", "note"].map((name) => [name, form.elements[name].value]));
  return { ...head, lines };
}

class Draft {
  constructor(form) {
    this.form = form;
    this.place = form.querySelector("[data-saved]");
    this.at = this.place.dataset.at ? Date.parse(this.place.dataset.at) : null;
    this.timer = null;
    this.dirty = false;
    form.addEventListener("input", () => this.later());
    form.addEventListener("submit", () => { this.dirty = false; clearTimeout(this.timer); });
    addEventListener("pagehide", () => { if (this.dirty) this.save({ keepalive: true }); });
    setInterval(() => this.say(), 1000);
    this.say();
  }

  later(pause = PAUSE) {
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  async save(options) {
    this.dirty = false;
    this.place.textContent = this.form.dataset.wordSaving;
    try {
      const answer = await send(this.form.dataset.draftUrl, typed(this.form), options);
      const said = await answer.json();
      if (answer.ok) { this.at = Date.now(); this.fault = ""; } else { this.fault = said.text; }
    } catch {
      this.fault = this.form.dataset.wordLost;
      this.later(5000);
    }
    this.say();
  }

  say() {
    if (this.dirty && !this.fault) return;
    this.place.classList.toggle("q-bad", Boolean(this.fault));
    if (this.fault) { this.place.textContent = this.fault; return; }
    if (!this.at) return;
    const words = this.form.dataset;
    const seconds = Math.max(0, Math.round((Date.now() - this.at) / 1000));
    const ago = seconds < 3 ? words.wordNow : seconds < 60 ? fill(words.wordSeconds, { n: seconds }) : fill(words.wordMinutes, { n: Math.floor(seconds / 60) });
    this.place.textContent = `${words.wordSaved} ${ago}`;
  }
}

for (const form of document.querySelectorAll("[data-offer]")) {
  const draft = new Draft(form);
  form.addEventListener("input", () => total(form));
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-take-basis]");
    if (!button) return;
    const line = button.closest("[data-offer-line]");
    field(line, "basis").value = button.dataset.takeBasis;
    total(form);
    draft.later(0);
    field(line, "price").focus();
  });
  total(form);
}

for (const button of document.querySelectorAll("[data-upload-open]")) {
  button.addEventListener("click", () => {
    const form = document.getElementById("upload");
    form.hidden = !form.hidden;
    button.setAttribute("aria-expanded", String(!form.hidden));
    if (!form.hidden) form.querySelector("input[type=file]").focus();
  });
}

const seen = document.querySelector("[data-seen]")?.dataset.seen;
if (seen) send(seen, {}).catch(() => {});
