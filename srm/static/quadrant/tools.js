// Small things every module needs: words in the reader's language, toasts, numbers as people type them.

const holder = document.getElementById("words");
const dictionary = holder ? JSON.parse(holder.textContent) : {};

/** The sentence `name` in the reader's language, with {placeholders} filled. */
export function words(name, values = {}) {
  const text = dictionary[name] || name;
  return text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));
}

export const language = document.documentElement.lang || "en";

/** Read something to those who cannot see it. */
export function announce(text) {
  const region = document.getElementById("live");
  if (!region) return;
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = text));
}

/** A message at the corner; `undo` is a function offered as a button. */
export function toast(text, { tone = "success", undo = null, stay = false } = {}) {
  const place = document.getElementById("toasts");
  if (!place) return;
  const box = document.createElement("div");
  box.className = `q-toast q-toast-${tone}`;
  const line = document.createElement("p");
  line.textContent = text;
  box.append(line);
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "q-linkish";
    button.textContent = words("undo");
    button.addEventListener("click", () => { undo(); box.remove(); });
    box.append(button);
  }
  box.append(closer(box));
  place.append(box);
  if (!stay && tone === "success") leaveLater(box);
}

function closer(box) {
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.setAttribute("aria-label", words("close"));
  close.addEventListener("click", () => box.remove());
  return close;
}

/** Good news goes by itself, unless somebody is reading it; bad news stays until closed. */
export function leaveLater(box, after = 8000) {
  let timer = setTimeout(() => box.remove(), after);
  const hold = () => clearTimeout(timer);
  const go = () => (timer = setTimeout(() => box.remove(), after));
  box.addEventListener("mouseenter", hold);
  box.addEventListener("focusin", hold);
  box.addEventListener("mouseleave", go);
  box.addEventListener("focusout", go);
}

/** "1 234,56", "1,234.56", "0.5" -> a scaled BigInt with `places` decimals; null for what is no number. */
export function parseScaled(text, places = 10) {
  let clean = String(text ?? "").replace(/[\s\u00a0\u202f']/g, "").replace("\u2212", "-");
  if (!clean) return null;
  if (clean.includes(",") && clean.includes(".")) {
    clean = clean.replaceAll(clean.lastIndexOf(",") < clean.lastIndexOf(".") ? "," : ".", "");
  }
  clean = clean.replace(",", ".");
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(clean);
  if (!match || (!match[2] && !match[3])) return null;
  const fraction = (match[3] || "").slice(0, places).padEnd(places, "0");
  const value = BigInt((match[2] || "0") + fraction);
  return match[1] ? -value : value;
}

/** A scaled BigInt as the language writes it, with `shown` decimals, rounded half up. */
export function formatScaled(value, places, shown = 2) {
  const step = 10n ** BigInt(places - shown);
  const sign = value < 0n ? -1n : 1n;
  const rounded = ((value * sign + step / 2n) / step) * sign;
  const number = Number(rounded) / 10 ** shown;
  return number.toLocaleString(language, { minimumFractionDigits: shown, maximumFractionDigits: shown });
}

export function csrf() {
  return document.querySelector("meta[name=csrf]")?.content || "";
}

/** Whether the key press belongs to what is being typed. */
export function isTyping(event) {
  const target = event.target;
  return event.ctrlKey || event.metaKey || event.altKey || target.isContentEditable
    || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !/^(checkbox|radio|button|submit)$/.test(target.type);
}
