/* Side navigation, help panel, search shortcut, visual mode, copy buttons, flash messages, disabled buttons. */
import {isDisabled, remember} from "./words.js";

const body = document.body;
const phone = window.matchMedia("(width <= 688px)");

function setExpanded(selector, open) {
  for (const element of document.querySelectorAll(selector)) {
    if (element.hasAttribute("aria-expanded")) element.setAttribute("aria-expanded", String(open));
  }
}

function showNavigation(open) {
  body.classList.toggle("navigation-open", open);
  body.classList.toggle("navigation-overlay", open && phone.matches);
  setExpanded("[data-toggle-navigation]", open);
  if (!phone.matches) remember("kms_navigation", open ? "open" : "closed");
  if (phone.matches && open) document.querySelector(".side-nav__close")?.focus();
}

function navigationIsOpen() {
  return body.classList.contains(phone.matches ? "navigation-overlay" : "navigation-open");
}
if (phone.matches) setExpanded("[data-toggle-navigation]", false);

function showHelp(open) {
  body.classList.toggle("help-open", open);
  setExpanded("[data-toggle-help]", open);
}

let helpOpener = null;
async function openTopic(topic, opener) {
  const panel = document.getElementById("help-panel");
  const base = body.dataset.helpUrl;
  if (!panel || !base) return false;
  try {
    const response = await fetch(base.replace(/topic$/, encodeURIComponent(topic)), {credentials: "same-origin"});
    if (!response.ok) return false;
    panel.innerHTML = await response.text();
  } catch {
    return false;
  }
  helpOpener = opener;
  showHelp(true);
  panel.querySelector(".help__close")?.focus();
  return true;
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("a, button, [data-copy]");
  if (!target) return;
  if (isDisabled(target)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (target.matches("[data-toggle-navigation]")) {
    showNavigation(!navigationIsOpen());
    if (target.matches(".side-nav__close")) document.querySelector(".toolbar__toggle[data-toggle-navigation]")?.focus();
  } else if (target.matches("[data-toggle-help]")) {
    event.preventDefault();
    const open = !body.classList.contains("help-open");
    showHelp(open);
    if (!open && target.matches(".help__close")) (helpOpener ?? document.querySelector(".toolbar__toggle--help"))?.focus();
  } else if (target.matches("[data-help-topic]")) {
    event.preventDefault();
    openTopic(target.dataset.helpTopic, target).then((shown) => {
      if (!shown) location.assign(target.href);
    });
  } else if (target.matches("[data-copy]")) {
    copy(target);
  } else if (target.matches("[data-set-mode]")) {
    event.preventDefault();
    setMode(target);
  } else if (target.matches("[data-dismiss-flash]")) {
    dismiss(target.closest("[data-flash]"));
  } else if (target.matches("[data-flash-stack]")) {
    const open = target.getAttribute("aria-expanded") !== "true";
    target.setAttribute("aria-expanded", String(open));
    document.querySelector(".flashbar__list--stacked")?.classList.toggle("is-open", open);
  } else if (target.matches("[data-open-search]")) {
    event.preventDefault();
    document.querySelector(".top-nav__search")?.classList.toggle("is-open");
    document.getElementById("global-search")?.focus();
  }
}, true);

// A form is not sent by a button that is marked as disabled, nor twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.submitter && isDisabled(event.submitter)) {
    event.preventDefault();
    return;
  }
  if (form.method === "post" && !form.matches("[hx-post]")) {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "true";
    setTimeout(() => { delete form.dataset.sent; }, 5000); // the answer may be a file, and the page stays
  }
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

async function copy(button) {
  const done = button.parentElement.querySelector(".copy__done");
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    const field = document.createElement("textarea");
    field.value = button.dataset.copy;
    field.className = "visually-hidden";
    button.after(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  if (done) {
    done.textContent = button.dataset.copied;
    setTimeout(() => { done.textContent = ""; }, 2000);
  }
}

function setMode(item) {
  const root = document.documentElement;
  const mode = item.dataset.setMode;
  remember("kms_mode", mode);
  root.dataset.modeChoice = mode;
  root.dataset.mode = mode;
  root.dispatchEvent(new Event("kms:mode"));
  const check = item.parentElement.querySelector(".menu__check .icon")?.cloneNode(true);
  for (const other of item.parentElement.querySelectorAll("[data-set-mode]")) {
    other.setAttribute("aria-checked", String(other === item));
    other.querySelector(".menu__check").replaceChildren(...(other === item && check ? [check] : []));
  }
}

function dismiss(flash) {
  const next = flash.nextElementSibling ?? flash.previousElementSibling;
  flash.remove();
  (next?.querySelector("[data-dismiss-flash]") ?? document.getElementById("main"))?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyS") {
    event.preventDefault();
    document.querySelector(".top-nav__search")?.classList.add("is-open");
    const field = document.getElementById("global-search");
    field?.focus();
    field?.select();
  } else if (event.key === "Escape") {
    if (document.querySelector("dialog[open], [aria-haspopup][aria-expanded='true']")) return;
    if (phone.matches && navigationIsOpen()) {
      showNavigation(false);
      document.querySelector(".toolbar__toggle[data-toggle-navigation]")?.focus();
    }
    document.querySelector(".top-nav__search")?.classList.remove("is-open");
  } else if ((event.key === " ") && event.target.matches?.("a[role=button]")) {
    event.preventDefault();
    event.target.click();
  }
});

