// The line form of requests: fields that few lines need stay folded until they are wanted, filled or faulty.

const RARE = ["category", "place", "cost_center", "note", "work", "deliverables", "work_from", "work_to", "accepts_by"];

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
