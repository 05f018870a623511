/* Forms: rows that are added and removed, check boxes that enable buttons, file names, focus on the first error, tabs. */
import {announce, setDisabled, words} from "./words.js";

// A check box with data-enables="<button id>": the button works while every such box is ticked (and its field is valid).
function updateEnabled(root = document) {
  for (const box of root.querySelectorAll("[data-enables]")) {
    const button = document.getElementById(box.dataset.enables);
    if (!button) continue;
    const boxes = [...document.querySelectorAll(`[data-enables="${CSS.escape(button.id)}"]`)];
    const ready = boxes.every((each) => (each.type === "checkbox" ? each.checked : each.value && each.checkValidity()));
    setDisabled(button, !ready);
  }
}
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-enables]")) updateEnabled();
  // A text with data-echo="<input id>" repeats that input, for example the days of a waiting period.
  for (const echo of document.querySelectorAll(`[data-echo="${CSS.escape(event.target.id || "-")}"]`)) {
    if (event.target.value && event.target.checkValidity()) echo.textContent = event.target.value;
  }
});
updateEnabled();
document.addEventListener("htmx:afterSettle", () => updateEnabled());

// Rows: tags, other AWS accounts.
function countLeft(editor) {
  const limit = Number(editor.dataset.limit || 0);
  const rows = editor.querySelectorAll("[data-row]").length;
  const left = editor.querySelector("[data-left]");
  if (!limit) return;
  const more = Math.max(0, limit - rows);
  if (left) left.textContent = more === 1 ? words.moreOne : words.moreMany.replace("%n", more);
  const add = editor.querySelector("[data-add-row]");
  if (add) setDisabled(add, more === 0);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-row], [data-remove-row]");
  const editor = button?.closest("[data-row-editor]");
  if (!editor || button.getAttribute("aria-disabled") === "true") return;
  event.preventDefault();
  const rows = editor.querySelector("[data-rows]");
  if (button.matches("[data-add-row]")) {
    const number = Number(editor.dataset.next ?? rows.querySelectorAll("[data-row]").length);
    editor.dataset.next = number + 1;
    const template = editor.querySelector("[data-row-template]");
    const holder = document.createElement("template");
    holder.innerHTML = template.innerHTML.replaceAll("__index__", `new-${number}`);
    rows.querySelector("[data-none]")?.remove();
    rows.append(holder.content);
    rows.querySelector("[data-row]:last-child input")?.focus();
  } else {
    const row = button.closest("[data-row]");
    const near = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (near?.querySelector("[data-remove-row]") ?? editor.querySelector("[data-add-row]"))?.focus();
  }
  countLeft(editor);
  editor.dispatchEvent(new Event("input", {bubbles: true}));
});

// Files: show the names, take dropped ones.
function showFiles(upload) {
  const input = upload.querySelector("input[type=file]");
  const list = upload.querySelector("[data-files]");
  list.replaceChildren(...[...input.files].map((file) => {
    const item = document.createElement("li");
    item.className = "token";
    const text = document.createElement("span");
    text.className = "token__text";
    text.textContent = `${file.name} (${Math.max(1, Math.round(file.size / 1024))} KB)`;
    item.append(text);
    return item;
  }));
}
document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file]")) {
    const upload = event.target.closest("[data-file-upload]");
    if (upload) showFiles(upload);
  }
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const zone = event.target.closest?.(".dropzone");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("is-over", kind === "dragover");
    if (kind !== "drop" || !event.dataTransfer.files.length) return;
    const upload = zone.closest("[data-file-upload]");
    upload.querySelector("input[type=file]").files = event.dataTransfer.files;
    showFiles(upload);
  });
}

/** Move the focus to the first field that has an error, and say how it is. */
export function focusFirstError(root) {
  const bad = root.querySelector("[aria-invalid=true]");
  if (!bad) return false;
  bad.focus();
  const text = bad.closest(".form-field, .checkbox")?.querySelector(".form-field__error");
  if (text) announce(text.textContent.trim());
  return true;
}
if (!focusFirstError(document) && document.querySelector(".wizard")) document.querySelector(".wizard h1")?.focus();

// Tabs: the shown one is in sight, also where they scroll.
function showActiveTab() {
  for (const tab of document.querySelectorAll(".tabs > [aria-selected=true]")) {
    const list = tab.parentElement;
    const hidden = tab.offsetLeft < list.scrollLeft || tab.offsetLeft + tab.offsetWidth > list.scrollLeft + list.clientWidth;
    if (hidden) list.scrollLeft = tab.offsetLeft - (list.clientWidth - tab.offsetWidth) / 2;
  }
}
showActiveTab();
document.addEventListener("htmx:afterSettle", showActiveTab);

// Tabs: arrow keys move between them, one Tab stop.
document.addEventListener("keydown", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (!tab) return;
  const tabs = [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")];
  const now = tabs.indexOf(tab);
  const next = {ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: tabs.length - 1}[event.key];
  if (next !== undefined) {
    event.preventDefault();
    tabs[(next + tabs.length) % tabs.length].focus();
  } else if (event.key === " ") {
    event.preventDefault();
    tab.click();
  }
});
