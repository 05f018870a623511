/* Tables: select all with its mixed state, the counter, and what the selection allows in menus and buttons. */
import {elsewhere, itemOf, restore} from "./selection.js";
import {setDisabled} from "./words.js";

const rowsOf = (table) => [...table.querySelectorAll("[data-select-row]:not(:disabled)")];

/*
 * A control with data-needs-selection="<table id>" works while rows are selected. data-selection="one" wants exactly one.
 * data-allowed="enable" wants "enable" among the words of data-actions of every selected row; where it is missing, the
 * row's data-refused-enable says why.
 */
function explain(control, reason) {
  control.dataset.reason ??= control.title;
  for (const name of ["title", "aria-description"]) {
    if (reason) control.setAttribute(name, reason);
    else control.removeAttribute(name);
  }
}

function update(table) {
  const rows = rowsOf(table);
  const chosen = rows.filter((box) => box.checked);
  const all = table.querySelector("[data-select-all]");
  if (all) {
    all.checked = rows.length > 0 && chosen.length === rows.length;
    all.indeterminate = chosen.length > 0 && chosen.length < rows.length;
    all.disabled = rows.length === 0;
  }
  const others = elsewhere(table, rows);
  const items = [...chosen.map(itemOf), ...others];
  const count = items.length + Number(table.dataset.selectedElsewhere || 0);
  for (const control of document.querySelectorAll(`[data-needs-selection="${CSS.escape(table.id)}"]`)) {
    const wanted = control.dataset.allowed;
    const refusing = wanted && items.find((item) => !item.actions.includes(wanted));
    const fits = control.dataset.selection === "one" ? count === 1 : count > 0;
    setDisabled(control, !fits || Boolean(refusing));
    explain(control, refusing ? refusing.refused[wanted] : fits ? "" : control.dataset.reason);
  }
  const region = table.closest("[data-table-region], .container, .table-page") ?? document;
  const counter = region.querySelector("[data-counter]");
  if (counter && table.dataset.selection === "multi") {
    counter.dataset.total ??= counter.textContent.replace(/[()]/g, "").split("/").pop();
    counter.textContent = count ? `(${count}/${counter.dataset.total})` : `(${counter.dataset.total})`;
  }
  table.dispatchEvent(new CustomEvent("kms:selection", {bubbles: true, detail: chosen.map((box) => box.value)}));
}

document.addEventListener("change", (event) => {
  const table = event.target.closest("table[data-selection]");
  if (!table) return;
  if (event.target.matches("[data-select-all]")) {
    for (const box of rowsOf(table)) box.checked = event.target.checked;
  } else if (!event.target.matches("[data-select-row]")) return;
  update(table);
});

// A link with data-with-selection="ids" opens its address with the chosen rows as ?ids=…
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-with-selection]");
  const table = link && document.getElementById(link.dataset.needsSelection);
  if (!table || link.getAttribute("aria-disabled") === "true") return;
  const url = new URL(link.href, location.href);
  url.searchParams.delete(link.dataset.withSelection);
  for (const box of rowsOf(table)) if (box.checked) url.searchParams.append(link.dataset.withSelection, box.value);
  link.href = url;
}, true);

export function updateTables(root) {
  const tables = root.matches?.("table[data-selection]") ? [root] : [...root.querySelectorAll("table[data-selection]")];
  for (const table of tables) {
    restore(table, rowsOf(table));
    update(table);
  }
  const around = root.closest?.("table[data-selection]");
  if (around) update(around);
}
updateTables(document);
window.addEventListener("pageshow", () => updateTables(document));
document.addEventListener("htmx:afterSettle", (event) => updateTables(event.target));
