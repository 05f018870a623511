/* Drop-down menus: Enter, Space or Down opens; arrows, Home, End and letters move; Esc closes and gives focus back. */
import {isDisabled} from "./words.js";

const OPENER = "[data-dropdown] > [aria-haspopup=menu]";
const menuOf = (opener) => document.getElementById(opener.getAttribute("aria-controls"));
const itemsOf = (menu) => [...menu.querySelectorAll("[role^=menuitem]:not([hidden] *):not([hidden])")];

function close(opener, giveFocus) {
  opener.setAttribute("aria-expanded", "false");
  const menu = menuOf(opener);
  if (menu?.matches("[popover]:popover-open")) menu.hidePopover();
  if (giveFocus) opener.focus();
}

function closeAll(except) {
  for (const opener of document.querySelectorAll(`${OPENER}[aria-expanded=true]`)) {
    if (opener !== except) close(opener, false);
  }
}

function open(opener, which) {
  if (isDisabled(opener) || !menuOf(opener)) return;
  closeAll(opener);
  opener.setAttribute("aria-expanded", "true");
  const menu = menuOf(opener);
  if (menu.closest(".table-scroll")) lift(opener, menu);
  else keepInside(menu);
  const filter = menu.querySelector("[data-menu-filter]");
  if (filter) filter.focus();
  else if (which) (which === "last" ? itemsOf(menu).at(-1) : itemsOf(menu)[0])?.focus();
}

// A menu that would stick out of the window opens towards the other side.
function keepInside(menu) {
  menu.style.removeProperty("inset-inline");
  const box = menu.getBoundingClientRect();
  if (box.left < 8) menu.style.setProperty("inset-inline", `${8 - box.left > 400 ? 0 : "0 auto"}`);
  const again = menu.getBoundingClientRect();
  if (again.right > innerWidth - 8) menu.style.setProperty("inset-inline", "auto 0");
}

// A table that scrolls would cut its menus off: they are shown above everything, beside their opener.
function lift(opener, menu) {
  menu.popover = "manual";
  menu.showPopover();
  menu.style.setProperty("min-inline-size", `${opener.offsetWidth}px`);
  place(opener, menu);
}

function place(opener, menu) {
  const at = opener.getBoundingClientRect();
  const below = at.bottom + 4 + menu.offsetHeight < innerHeight || at.top < menu.offsetHeight;
  const places = {
    position: "fixed", margin: "0", inset: "auto", left: `${Math.max(8, Math.min(at.left, at.right - menu.offsetWidth, innerWidth - menu.offsetWidth - 8))}px`,
    top: `${below ? at.bottom + 4 : at.top - 4 - menu.offsetHeight}px`,
  };
  for (const [name, value] of Object.entries(places)) menu.style.setProperty(name, value);
}
document.addEventListener("scroll", () => {
  const menu = document.querySelector(".menu:popover-open");
  if (menu) place(document.querySelector(`[aria-controls="${CSS.escape(menu.id)}"]`), menu);
}, {capture: true, passive: true});

function move(menu, step) {
  const items = itemsOf(menu);
  const now = items.indexOf(document.activeElement);
  const next = now < 0 ? (step > 0 ? 0 : items.length - 1) : (now + step + items.length) % items.length;
  items[next]?.focus();
}

function byLetter(menu, letter) {
  const items = itemsOf(menu);
  const now = items.indexOf(document.activeElement);
  const order = [...items.slice(now + 1), ...items.slice(0, now + 1)];
  order.find((item) => item.textContent.trim().toLowerCase().startsWith(letter.toLowerCase()))?.focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest(OPENER);
  if (opener) {
    if (opener.getAttribute("aria-expanded") === "true") close(opener, true);
    else open(opener, event.detail === 0 ? "first" : "");
    return;
  }
  const item = event.target.closest("[data-dropdown] [role^=menuitem]");
  if (item && !isDisabled(item)) closeAll();
  else if (!event.target.closest("[data-dropdown] .menu")) closeAll();
});

document.addEventListener("focusin", (event) => {
  const inside = event.target.closest("[data-dropdown]");
  for (const opener of document.querySelectorAll(`${OPENER}[aria-expanded=true]`)) {
    if (!inside?.contains(opener)) close(opener, false);
  }
});

document.addEventListener("keydown", (event) => {
  const opener = event.target.closest(OPENER);
  const shown = opener?.getAttribute("aria-expanded") === "true";
  if (opener && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    open(opener, event.key === "ArrowUp" ? "last" : "first");
    return;
  }
  if (opener && shown && event.key === "Escape") {
    event.preventDefault();
    close(opener, true);
    return;
  }
  const menu = event.target.closest("[data-dropdown] .menu");
  if (!menu) return;
  const owner = menu.parentElement.querySelector("[aria-haspopup=menu]");
  const typing = event.target.matches("input");
  if (event.key === "Escape") close(owner, true);
  else if (event.key === "ArrowDown") move(menu, 1);
  else if (event.key === "ArrowUp") move(menu, -1);
  else if (event.key === "Home" && !typing) itemsOf(menu)[0]?.focus();
  else if (event.key === "End" && !typing) itemsOf(menu).at(-1)?.focus();
  else if (event.key === " " && event.target.matches("a[role^=menuitem]")) event.target.click();
  else if (event.key === "Tab") { closeAll(); return; }
  else if (!typing && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) byLetter(menu, event.key);
  else return;
  event.preventDefault();
  event.stopPropagation();
});

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-menu-filter]")) return;
  const wanted = event.target.value.trim().toLowerCase();
  for (const group of event.target.closest(".menu").querySelectorAll(".menu__group")) {
    let any = false;
    for (const item of group.querySelectorAll("[role^=menuitem]")) {
      item.hidden = !item.textContent.toLowerCase().includes(wanted);
      any ||= !item.hidden;
    }
    group.hidden = !any;
  }
});
