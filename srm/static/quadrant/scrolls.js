// What is wider than its frame can be scrolled by the keyboard, too: such a frame takes the focus and has a name.

const frames = new ResizeObserver((entries) => entries.forEach((entry) => settle(entry.target)));

export function startScrolls(root) {
  for (const frame of root.querySelectorAll(".q-scroll")) frames.observe(frame);
}

function settle(frame) {
  const wide = frame.scrollWidth > frame.clientWidth;
  if (!wide) { if (frame.dataset.scrolls) ["tabindex", "role", "aria-label", "data-scrolls"].forEach((name) => frame.removeAttribute(name)); return; }
  if (frame.hasAttribute("tabindex")) return;
  frame.dataset.scrolls = "1";
  frame.tabIndex = 0;
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", nameOf(frame));
}

function nameOf(frame) {
  const heading = frame.closest(".card, section")?.querySelector("h2, h3") ?? document.querySelector("h1");
  return heading?.textContent.trim() || document.title;
}
