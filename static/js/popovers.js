/* Popovers: a text opens its box on hover, focus or press; the box goes with the pointer, the focus, or Esc. */
const OPENER = "[data-popover-opener]";
const boxOf = (opener) => document.getElementById(opener.getAttribute("popovertarget"));
const openerOf = (box) => document.querySelector(`${OPENER}[popovertarget="${CSS.escape(box.id)}"]`);
const GAP = 4;
let leaving;

function show(opener) {
  clearTimeout(leaving);
  const box = boxOf(opener);
  if (!box || box.matches(":popover-open")) return;
  box.showPopover();
  const at = opener.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left, innerWidth - box.offsetWidth - 8));
  const below = at.bottom + GAP + box.offsetHeight < innerHeight;
  box.style.setProperty("inset", "auto");
  box.style.setProperty("left", `${left}px`);
  box.style.setProperty("top", `${below ? at.bottom + GAP : Math.max(8, at.top - GAP - box.offsetHeight)}px`);
}

/** Hide a box a little later, unless pointer or focus have come back to it or its opener. */
function leave(opener) {
  clearTimeout(leaving);
  leaving = setTimeout(() => {
    const box = boxOf(opener);
    const held = [opener, box].some((each) => each?.matches(":hover") || each?.contains(document.activeElement));
    if (box?.matches(":popover-open") && !held) box.hidePopover();
  }, 200);
}

function partOf(target) {
  const opener = target.closest?.(OPENER);
  const box = target.closest?.("[popover]");
  return opener ?? (box ? openerOf(box) : null);
}

document.addEventListener("pointerover", (event) => {
  const opener = event.target.closest?.(OPENER);
  if (opener && event.pointerType === "mouse") show(opener);
});
document.addEventListener("pointerout", (event) => {
  const opener = partOf(event.target);
  if (opener && event.pointerType === "mouse") leave(opener);
});
document.addEventListener("focusin", (event) => {
  const opener = event.target.closest(OPENER);
  if (opener?.matches(":focus-visible")) show(opener);
});
document.addEventListener("focusout", (event) => {
  const opener = partOf(event.target);
  if (opener) leave(opener);
});
document.addEventListener("click", (event) => {
  const opener = event.target.closest(OPENER);
  if (!opener) return;
  // The browser would close what hovering has opened.
  event.preventDefault();
  show(opener);
});
document.addEventListener("scroll", () => {
  for (const box of document.querySelectorAll(".popover:popover-open")) box.hidePopover();
}, {passive: true});
