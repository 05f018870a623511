/* Times: the server writes them in UTC; the browser shows its own time zone. */
function offset(date) {
  const minutes = -date.getTimezoneOffset();
  const part = (number) => String(Math.abs(Math.trunc(number))).padStart(2, "0");
  return `UTC${minutes < 0 ? "-" : "+"}${part(minutes / 60)}:${part(minutes % 60)}`;
}

function show(root) {
  const language = document.documentElement.lang || "en";
  for (const element of root.querySelectorAll("time[data-moment]")) {
    const date = new Date(element.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    const options = element.dataset.moment === "date" ? {dateStyle: "long"} : {dateStyle: "long", timeStyle: "short", hourCycle: "h23"};
    const text = new Intl.DateTimeFormat(language, options).format(date).replace(" at ", ", ");
    element.textContent = element.dataset.moment === "date" ? text : `${text} (${offset(date)})`;
    element.removeAttribute("data-moment");
  }
}
show(document);
document.addEventListener("htmx:afterSettle", (event) => show(event.target));
