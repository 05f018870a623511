/*
 * A table with data-keep-selection keeps its chosen rows while other pages of it are shown. Those not on the page stand as
 * hidden fields in the form that its data-keep-selection names, so they are sent with the others.
 */
const kept = new Map();

const of = (table) => kept.get(table.id) ?? kept.set(table.id, new Map()).get(table.id);

/** What is known of a row: the value of its box, what it allows, and why not. */
export function itemOf(box) {
  const row = box.closest("tr");
  const refused = {};
  for (const {name, value} of row.attributes) if (name.startsWith("data-refused-")) refused[name.slice(13)] = value;
  return {value: box.value, actions: (row.dataset.actions ?? "").split(" "), refused};
}

/** Tick again what was chosen before this page of the table was shown. */
export function restore(table, boxes) {
  if (!table.dataset.keepSelection) return;
  for (const box of boxes) if (of(table).has(box.value)) box.checked = true;
}

/** Remember the page's boxes; return what is chosen on other pages. */
export function elsewhere(table, boxes) {
  if (!table.dataset.keepSelection) return [];
  const chosen = of(table);
  for (const box of boxes) {
    if (box.checked) chosen.set(box.value, itemOf(box));
    else chosen.delete(box.value);
  }
  const here = new Set(boxes.map((box) => box.value));
  const others = [...chosen.values()].filter((item) => !here.has(item.value));
  const form = document.getElementById(table.dataset.keepSelection);
  for (const old of form?.querySelectorAll("[data-chosen-elsewhere]") ?? []) old.remove();
  for (const item of others) {
    const field = document.createElement("input");
    Object.assign(field, {type: "hidden", name: "ids", value: item.value});
    field.dataset.chosenElsewhere = "";
    form?.append(field);
  }
  return others;
}
