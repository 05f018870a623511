/* htmx: busy regions, focus after a swap, failures as flash messages, result counts read out. */
import {focusFirstError} from "./forms.js";
import {announce, words} from "./words.js";

let focused = null;

document.addEventListener("htmx:beforeRequest", (event) => {
  const target = event.detail.target;
  target?.setAttribute("aria-busy", "true");
  const active = document.activeElement;
  focused = active?.id ? {id: active.id, start: active.selectionStart, end: active.selectionEnd} : null;
});

// A region is replaced by the region of the answer; a dialog comes beside those that the page has already.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id === "modal-root") event.detail.swapOverride = "beforeend";
});

document.addEventListener("htmx:afterRequest", (event) => {
  event.detail.target?.removeAttribute("aria-busy");
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.xhr?.status === 422) {
    focusFirstError(event.target);
    return;
  }
  if (event.target.id === "modal-root") return;
  const again = focused && document.getElementById(focused.id);
  if (again && again !== document.activeElement) {
    again.focus({preventScroll: true});
    if (typeof focused.start === "number" && again.setSelectionRange) again.setSelectionRange(focused.start, focused.end);
  }
  const counted = event.target.querySelector?.("[data-announce]");
  if (counted) announce(counted.textContent.trim());
});

function fail(event) {
  event.detail.target?.removeAttribute("aria-busy");
  announce(words.failed);
  const status = event.detail.xhr?.status;
  // Signed out meanwhile: the whole page shows the sign-in form.
  if (status === 401 || status === 403) location.reload();
}
document.addEventListener("htmx:responseError", fail);
document.addEventListener("htmx:sendError", fail);
