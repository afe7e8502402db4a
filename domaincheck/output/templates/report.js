"use strict";
(() => {
  const table = document.querySelector("table");
  const search = document.querySelector("input");
  const said = document.querySelector("output");
  const reset = document.querySelector(".reset");
  const chips = [...document.querySelectorAll(".chips button")];
  const spans = [...document.querySelectorAll(".timeline button")];
  const heads = [...table.tHead.querySelectorAll("button")];
  const rows = Array.from(table.tBodies, (body, place) => ({ body, place, cells: body.rows[0].cells, key: null }));
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const severities = ["critical", "unknown", "warning", "ok"];
  const number = new Intl.NumberFormat("en");
  let sorted = heads.findIndex((head) => head.dataset.sort === "place");
  let direction = 1;

  const keys = {
    text: (row, column) => row.cells[column].textContent.trim(),
    time: (row, column) => row.cells[column].querySelector("time")?.dateTime ?? "",
    place: (row) => row.place,
  };
  const comparisons = {
    text: (one, other) => order.compare(one, other),
    time: (one, other) => (one < other ? -1 : Number(one > other)),
    place: (one, other) => one - other,
  };

  function sort(column) {
    direction = column === sorted ? -direction : 1;
    sorted = column;
    const kind = heads[column].dataset.sort;
    for (const row of rows) row.key = keys[kind](row, column);
    // What is not known comes last, whichever way round the rest is.
    rows.sort((one, other) =>
      Number(one.key === "") - Number(other.key === "") ||
      direction * comparisons[kind](one.key, other.key) || one.place - other.place);
    // One by one: by way of a fragment it takes Chromium ten times as long.
    for (const row of rows) table.append(row.body);
    heads.forEach((head, place) => {
      if (place !== sorted) head.parentElement.removeAttribute("aria-sort");
      else head.parentElement.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
    });
  }

  const pressed = (button) => button.getAttribute("aria-pressed") === "true";

  function within(row, span) {
    return [3, 4].some((column) => {
      const { days } = row.cells[column].dataset;
      return days !== undefined && Number(days) >= Number(span.dataset.from) && Number(days) <= Number(span.dataset.to);
    });
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = chips.filter(pressed).map((chip) => chip.value);
    const chosen = spans.filter(pressed);
    const filtered = Boolean(words.length || wanted.length || chosen.length);
    let shown = 0;
    for (const row of rows) {
      if (words.length) row.text ??= row.body.textContent.toLowerCase();
      const fits = (!wanted.length || wanted.includes(row.body.className)) &&
        (!chosen.length || chosen.some((span) => within(row, span))) &&
        words.every((word) => row.text.includes(word));
      if (row.body.hidden === fits) row.body.hidden = !fits;
      shown += Number(fits);
    }
    said.textContent = filtered ? `${number.format(shown)} of ${number.format(rows.length)}` : "";
    reset.hidden = !filtered;
  }

  function press(button) {
    button.setAttribute("aria-pressed", String(!pressed(button)));
    filter();
  }

  // The facts are lines of text, so that the page stays small; only what is opened becomes a list.
  function unfold(details) {
    const text = details?.querySelector("pre");
    if (!text) return;
    const facts = make("div", "", "facts");
    for (const block of text.textContent.split("\n\n")) {
      const [title, ...lines] = block.split("\n");
      const list = make("dl");
      for (const line of lines) {
        const [name, value] = line.split("\t");
        const term = make("dt", name);
        if (severities.includes(name)) {
          term.className = name;
          term.prepend(make("i", "", "mark"), " ");
        }
        list.append(term, make("dd", value));
      }
      const section = make("section", "", title === "Problems" ? "wide" : "");
      section.append(make("h3", title), list);
      facts.append(section);
    }
    text.replaceWith(facts);
  }

  function make(name, text = "", style = "") {
    const element = document.createElement(name);
    element.textContent = text;
    if (style) element.className = style;
    return element;
  }

  heads.forEach((head, column) => head.addEventListener("click", () => sort(column)));
  for (const button of [...chips, ...spans]) button.addEventListener("click", () => press(button));
  for (const button of [...heads, ...spans]) button.disabled = button.parentElement.classList.contains("none");
  for (const part of document.querySelectorAll(".live")) part.hidden = false;
  search.addEventListener("input", filter);
  reset.addEventListener("click", () => {
    search.value = "";
    for (const button of [...chips, ...spans]) button.setAttribute("aria-pressed", "false");
    filter();
    search.focus();
  });
  table.addEventListener("click", (event) => {
    const details = event.target.closest("tbody")?.querySelector("details");
    unfold(details);
    if (event.target.closest("button, summary, .more") || String(getSelection())) return;
    if (details) details.open = !details.open;
  });
  table.addEventListener("toggle", (event) => unfold(event.target), true);
})();
