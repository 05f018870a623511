/* Times: the server writes them in UTC; the browser shows its own time zone, in the same form (console.md 6). */
const two = (number) => String(number).padStart(2, "0");

function offset(date) {
  const minutes = -date.getTimezoneOffset();
  const part = (number) => two(Math.abs(Math.trunc(number)));
  return `UTC${minutes < 0 ? "-" : "+"}${part(minutes / 60)}:${part(minutes % 60)}`;
}

function show(root) {
  for (const element of root.querySelectorAll("time[data-moment]")) {
    const date = new Date(element.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    const time = element.dataset.moment === "date" ? "" : ` ${two(date.getHours())}:${two(date.getMinutes())}`;
    const text = `${day}${time} (${offset(date)})`;
    if (element.dataset.moment === "title") element.title = text;
    else element.textContent = text;
    element.removeAttribute("data-moment");
  }
}
show(document);
document.addEventListener("htmx:afterSettle", (event) => show(event.target));
