/* Dialogs: opened by showModal(), Esc and the close button cancel, focus returns to where it came from. */
import {isDisabled} from "./words.js";

const openers = new WeakMap();

export function openModal(dialog, opener) {
  if (dialog.open) return;
  openers.set(dialog, opener ?? document.activeElement);
  dialog.showModal();
  const first = dialog.querySelector(
    "[autofocus], .modal__body :is(input, select, textarea, button, a[href]:not(.info-link)):not([type=hidden]):not([disabled]), .modal__footer :is(button, a)",
  );
  first?.focus();
}

export function closeModal(dialog) {
  dialog.close();
}

document.addEventListener("close", (event) => {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement)) return;
  const opener = openers.get(dialog);
  if (opener?.isConnected) opener.focus();
  if (dialog.parentElement?.id === "modal-root" && dialog.dataset.fragment) dialog.remove();
}, true);

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open-modal]");
  if (opener && !isDisabled(opener)) {
    const dialog = document.getElementById(opener.dataset.openModal);
    if (dialog) {
      event.preventDefault();
      const menu = opener.closest(".menu");
      openModal(dialog, menu ? menu.parentElement.querySelector("[aria-haspopup]") : opener);
    }
    return;
  }
  const closer = event.target.closest("[data-close-modal]");
  const dialog = closer?.closest("dialog");
  if (dialog) {
    event.preventDefault();
    closeModal(dialog);
  }
});

// A fragment swapped into #modal-root opens at once.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "modal-root") return;
  const dialog = [...event.target.querySelectorAll("dialog")].at(-1);
  if (!dialog) return;
  dialog.dataset.fragment = "true";
  const from = event.detail.requestConfig?.elt;
  openModal(dialog, from?.closest?.(".menu")?.parentElement.querySelector("[aria-haspopup]") ?? from);
});

for (const dialog of document.querySelectorAll("dialog[data-open]")) openModal(dialog);

// Changes that are not saved: ask before leaving a form that says so with data-dirty-guard.
let leavingTo = null;
let leaving = false;
const isDirty = () => document.querySelector("form[data-dirty-guard][data-dirty]");

document.addEventListener("input", (event) => {
  event.target.closest("form[data-dirty-guard]")?.setAttribute("data-dirty", "");
});
document.addEventListener("submit", () => { leaving = true; });
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-leave-confirm]")) {
    leaving = true;
    if (leavingTo) location.assign(leavingTo);
    return;
  }
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.matches("[hx-get], [data-help-topic], [data-toggle-help], [download]") || link.hash && link.pathname === location.pathname) return;
  if (leaving || !isDirty()) return;
  const dialog = document.getElementById("leave-page");
  if (!dialog) return;
  event.preventDefault();
  leavingTo = link.href;
  openModal(dialog, link);
});
window.addEventListener("beforeunload", (event) => {
  if (!leaving && isDirty()) event.preventDefault();
});
