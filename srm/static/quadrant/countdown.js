// Countdowns by the server's clock. Seen every second, read out only at round moments.

import { announce, words } from "./tools.js";

const SPOKEN = new Set([3600, 1800, 600, 300, 60, 30, 10, 0]);
const meta = document.querySelector("meta[name=server-time]");
const offset = meta ? Date.parse(meta.content) - Date.now() : 0;
const running = new Set();
let timer = null;

function left(seconds) {
  if (seconds <= 0) return words("over");
  const days = Math.floor(seconds / 86400), hours = Math.floor((seconds % 86400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60), rest = seconds % 60;
  if (days) return words("left_days", { days, hours, minutes });
  if (hours) return words("left_hours", { hours, minutes });
  return `${String(minutes).padStart(2, "0")}:${String(rest).padStart(2, "0")}`;
}

function tick() {
  for (const element of running) {
    if (!element.isConnected) { running.delete(element); continue; }
    const seconds = Math.round((Date.parse(element.dateTime) - Date.now() - offset) / 1000);
    const text = left(seconds);
    if (element.textContent !== text) element.textContent = text;
    element.classList.toggle("q-soon", seconds > 0 && seconds < 3600);
    element.classList.toggle("q-over", seconds <= 0);
    if (SPOKEN.has(seconds)) announce(`${element.dataset.label || ""} ${text}`.trim());
    if (seconds < 0) running.delete(element);
    if (seconds === 0) element.dispatchEvent(new CustomEvent("over", { bubbles: true }));
  }
  if (!running.size) { clearInterval(timer); timer = null; }
}

export function startCountdowns(root) {
  for (const element of root.querySelectorAll("[data-countdown]")) {
    element.title = element.title || element.textContent;
    running.add(element);
  }
  if (running.size && !timer) { timer = setInterval(tick, 1000); tick(); }
}
