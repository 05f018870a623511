/* Small things several parts need: translated words, announcements, cookies. */
export const words = document.getElementById("console-words")?.dataset ?? {};

/** Say a text to screen readers, politely. */
export function announce(text) {
  const region = document.getElementById("live-region");
  if (region) region.textContent = text;
}

/** Remember a choice of the frame for a year, so that the server renders it. */
export function remember(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}

export const isDisabled = (element) => element.disabled || element.getAttribute("aria-disabled") === "true";

/** Make a button or menu item usable or not; it keeps its focus either way. */
export function setDisabled(element, disabled) {
  if (disabled) element.setAttribute("aria-disabled", "true");
  else element.removeAttribute("aria-disabled");
}
