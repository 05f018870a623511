/* Suggestions of the property filter, and of the search in the top bar. */
function option(label, apply, id) {
  const element = document.createElement("div");
  element.className = "suggestions__option";
  element.setAttribute("role", "option");
  element.id = id;
  element.textContent = label;
  element.addEventListener("mousedown", (event) => {
    event.preventDefault();
    apply();
  });
  element.apply = apply;
  return element;
}

function title(text) {
  const element = document.createElement("div");
  element.className = "suggestions__title";
  element.setAttribute("role", "presentation");
  element.textContent = text;
  return element;
}

function propertiesOf(filter) {
  return [...filter.querySelector("[data-properties]").content.children].map((node) => ({
    key: node.dataset.key,
    label: node.dataset.label,
    group: node.dataset.group,
    values: [...node.querySelectorAll("[data-value]")].map(({dataset}) => ({value: dataset.value, label: dataset.label})),
  }));
}

function suggest(filter) {
  const input = filter.querySelector("input[role=combobox]");
  const list = filter.querySelector("[role=listbox]");
  const said = filter.querySelector("[data-words]").content.firstElementChild.dataset;
  const text = input.value.trim();
  const [before, after] = text.includes("=") ? text.split("=", 2).map((part) => part.trim()) : [text, null];
  const properties = propertiesOf(filter);
  const parts = [];
  let number = 0;
  const id = () => `${list.id}-${number++}`;
  const property = after === null ? null : properties.find((p) => p.label.toLowerCase() === before.toLowerCase());
  if (property) {
    parts.push(title(said.valuesTitle));
    const values = property.values.filter((each) => each.label.toLowerCase().includes(after.toLowerCase()));
    for (const each of values) parts.push(option(`${property.label} = ${each.label}`, () => choose(filter, property, each.value), id()));
    if (!values.length && after) parts.push(option(`${said.use}: "${text}"`, () => choose(filter, property, after), id()));
  } else {
    if (text) parts.push(option(`${said.use}: "${text}"`, () => choose(filter, null, text), id()));
    let group = null;
    for (const p of properties.filter((each) => each.label.toLowerCase().includes(before.toLowerCase()))) {
      if (p.group !== group) {
        group = p.group;
        parts.push(title(group || said.propertiesTitle));
      }
      parts.push(option(p.label, () => {
        input.value = `${p.label} = `;
        input.focus();
        suggest(filter);
      }, id()));
    }
    if (text) {
      const hits = properties.flatMap((p) => p.values.filter((v) => v.label.toLowerCase().includes(text.toLowerCase())).map((v) => [p, v]));
      if (hits.length) parts.push(title(said.valuesTitle));
      for (const [p, v] of hits.slice(0, 20)) parts.push(option(`${p.label} = ${v.label}`, () => choose(filter, p, v.value), id()));
    }
  }
  list.replaceChildren(...parts);
  list.hidden = parts.length === 0;
  input.setAttribute("aria-expanded", String(!list.hidden));
  input.removeAttribute("aria-activedescendant");
}

// The focus comes back to the field of the new list; that is no wish for suggestions.
let applied = false;

// A chosen filter is sent as "property=value"; what stands in the field is only for reading.
function choose(filter, property, value) {
  const input = filter.querySelector("input[role=combobox]");
  input.value = property ? `${property.key}=${value}` : value;
  applied = true;
  hide(filter);
  input.form.requestSubmit();
}

function hide(filter) {
  const list = filter.querySelector("[role=listbox]");
  list.hidden = true;
  filter.querySelector("input[role=combobox]").setAttribute("aria-expanded", "false");
}

function mark(filter, step) {
  const input = filter.querySelector("input[role=combobox]");
  const options = [...filter.querySelectorAll("[role=option]")];
  if (!options.length) return;
  const now = options.findIndex((each) => each.getAttribute("aria-selected") === "true");
  const next = options[(now + step + options.length + (now < 0 && step < 0 ? 1 : 0)) % options.length];
  for (const each of options) each.setAttribute("aria-selected", String(each === next));
  next.scrollIntoView({block: "nearest"});
  input.setAttribute("aria-activedescendant", next.id);
}

const filterOf = (event) => (event.target.matches?.("[data-property-filter] input[role=combobox]") ? event.target.closest("[data-property-filter]") : null);

for (const kind of ["focusin", "input"]) {
  document.addEventListener(kind, (event) => {
    const filter = filterOf(event);
    const returned = kind === "focusin" && applied;
    if (filter) applied = false;
    if (filter && !returned) suggest(filter);
  });
}
document.addEventListener("focusout", (event) => {
  const filter = filterOf(event);
  if (filter) hide(filter);
});
document.addEventListener("keydown", (event) => {
  const filter = filterOf(event);
  if (!filter) return;
  const list = filter.querySelector("[role=listbox]");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (list.hidden) suggest(filter);
    mark(filter, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Escape" && !list.hidden) {
    event.preventDefault();
    hide(filter);
  } else if (event.key === "Enter") {
    const marked = filter.querySelector("[role=option][aria-selected=true]");
    event.preventDefault();
    if (marked) marked.apply();
    else if (event.target.value.trim()) {
      const [label, value] = event.target.value.split("=", 2).map((part) => part.trim());
      const property = propertiesOf(filter).find((p) => p.label.toLowerCase() === label.toLowerCase());
      choose(filter, value ? property : null, property && value ? value : event.target.value.trim());
    }
  }
});

// Search in the top bar: results are a fragment of links; arrows move, Enter opens, Esc closes.
const search = document.querySelector("[data-global-search]");
if (search) {
  const input = search.querySelector("input[type=search]");
  const results = search.querySelector(".suggestions");
  let timer = 0;
  let asked = 0;
  const ask = async () => {
    const number = ++asked;
    if (!input.value.trim()) { results.hidden = true; return; }
    const url = new URL(search.action, location.href);
    for (const [name, value] of new FormData(search)) url.searchParams.set(name, value);
    try {
      const response = await fetch(url, {headers: {"HX-Request": "true"}, credentials: "same-origin"});
      if (!response.ok || number !== asked) return;
      results.innerHTML = await response.text();
      results.hidden = false;
    } catch { /* the form still works: Enter opens the page of results */ }
  };
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 150); });
  search.addEventListener("focusout", (event) => { if (!search.contains(event.relatedTarget)) results.hidden = true; });
  search.addEventListener("keydown", (event) => {
    const links = [...results.querySelectorAll("a[href]")];
    if (event.key === "Escape") { results.hidden = true; input.focus(); return; }
    if (results.hidden || !links.length || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    const now = links.indexOf(document.activeElement);
    const next = now + (event.key === "ArrowDown" ? 1 : -1);
    (next < 0 ? input : links[Math.min(next, links.length - 1)]).focus();
  });
}
