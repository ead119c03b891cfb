// Rows of a result as a table, a page at a time, sortable by each column.

import { element, lang, number, t } from "./words.js";

const PAGE = 100;
const LONG = /\S{30}/;
const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMERIC = new Set(
  [
    ..."integer decimal double float int long short byte nonNegativeInteger positiveInteger".split(" "),
    ..."nonPositiveInteger negativeInteger unsignedInt unsignedLong unsignedShort".split(" "),
  ].map((name) => XSD + name),
);

export function isNumber(term) {
  return term?.type === "literal" && NUMERIC.has(term.datatype) && Number.isFinite(Number(term.value));
}

/** What a person reads of a term. */
export function textOf(term, names) {
  if (!term) return "";
  if (term.type === "uri") return names.of(term.value).text;
  if (term.type === "bnode") return t("ohne Namen", "without a name");
  if (term.type === "triple") return written(term);
  return term.value;
}

export function showTable(place, { names: variables, rows }, names) {
  const state = { rows, first: 0, by: null, down: false };
  const heads = variables.map((name) => head(name));
  const body = element("tbody");
  const table = element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...heads.map(({ cell }) => cell))),
    body,
  );
  const region = element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Tabelle", "Table") },
    table,
  );
  const pager = element("nav", { class: "pager", "aria-label": t("Seiten", "Pages") });
  place.replaceChildren(region, pager);
  draw();

  function head(name) {
    const order = element("span", { class: "order", "aria-hidden": "true" });
    const button = element("button", { type: "button", onclick: () => sort(name) }, name, " ", order);
    return { name, order, cell: element("th", { scope: "col" }, button) };
  }

  async function sort(name) {
    state.down = state.by === name && !state.down;
    state.by = name;
    state.first = 0;
    const loading = names.load(iris(rows.map((row) => row[name])));
    const patience = setTimeout(() => note(t("Namen werden geladen …", "Names are being loaded …")), 300);
    await loading;
    clearTimeout(patience);
    const sign = state.down ? -1 : 1;
    const keyed = rows.map((row) => [row, key(row[name], names)]);
    state.rows = keyed.sort(([, one], [, other]) => compare(one, other, sign)).map(([row]) => row);
    for (const { name: each, order, cell } of heads) {
      const chosen = each === name;
      order.textContent = chosen ? (state.down ? "↓" : "↑") : "";
      if (chosen) cell.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
    draw();
  }

  async function draw() {
    const shown = state.rows.slice(state.first, state.first + PAGE);
    const fill = () => body.replaceChildren(...shown.map((row) => line(row, variables, names)));
    fill();
    drawPager();
    const wanted = iris(shown.flatMap((row) => Object.values(row)));
    if (!wanted.length) return;
    const first = state.first;
    await names.load(wanted);
    if (state.first === first) fill();
  }

  function note(text) {
    pager.hidden = false;
    pager.replaceChildren(element("span", { role: "status" }, text));
  }

  function drawPager() {
    const { length } = state.rows;
    pager.hidden = length <= PAGE;
    const last = Math.min(state.first + PAGE, length);
    const turn = (text, to) =>
      element(
        "button",
        {
          type: "button",
          class: "plain",
          disabled: to < 0 || to >= length,
          onclick: () => {
            state.first = to;
            draw();
            region.scrollIntoView({ block: "nearest" });
          },
        },
        text,
      );
    pager.replaceChildren(
      turn(t("Zurück", "Previous"), state.first - PAGE),
      element(
        "span",
        { role: "status" },
        t(
          `Zeilen ${number(state.first + 1)} bis ${number(last)} von ${number(length)}`,
          `Rows ${number(state.first + 1)} to ${number(last)} of ${number(length)}`,
        ),
      ),
      turn(t("Weiter", "Next"), state.first + PAGE),
    );
  }
}

function iris(terms) {
  return terms.filter((term) => term?.type === "uri").map((term) => term.value);
}

function line(row, variables, names) {
  return element("tr", {}, ...variables.map((name) => cell(row[name], names)));
}

function cell(term, names) {
  if (!term) return element("td");
  const shown = content(term, names);
  const long = LONG.test(shown.textContent ?? shown);
  return element("td", { class: isNumber(term) ? "number" : long && "long" }, shown);
}

function content(term, names) {
  if (term.type === "uri") {
    const name = names.of(term.value);
    const other = name.lang && name.lang !== lang ? name.lang : undefined;
    return element(
      "a",
      { href: names.page(term.value), title: term.value, lang: other, dir: "auto" },
      name.text,
    );
  }
  if (term.type !== "literal") return element("span", { class: "quiet" }, textOf(term, names));
  const tag = term["xml:lang"];
  const attributes = { lang: tag && tag !== lang ? tag : undefined, dir: "auto" };
  if (term.datatype === `${XSD}boolean`) return isTrue(term) ? t("ja", "yes") : t("nein", "no");
  if (term.datatype === `${XSD}date`) return day(term.value);
  return element("span", attributes, term.value);
}

function isTrue({ value }) {
  return value === "true" || value === "1";
}

function day(text) {
  const date = new Date(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(date.getTime())) return text;
  const words = date.toLocaleDateString(lang, { dateStyle: "long", timeZone: "UTC" });
  return element("time", { datetime: text }, words);
}

/** A quoted triple. */
function written({ value }) {
  const part = (term) => (term.type === "triple" ? written(term) : term.value);
  return `<<( ${part(value.subject)} ${part(value.predicate)} ${part(value.object)} )>>`;
}

function key(term, names) {
  if (!term) return null;
  return isNumber(term) ? Number(term.value) : textOf(term, names);
}

const COLLATOR = new Intl.Collator(lang, { numeric: true });

/** Numbers before texts, either way around by `sign`; nothing always last. */
function compare(one, other, sign) {
  if (one === null || other === null) return (one === null) - (other === null);
  if (typeof one === "number" && typeof other === "number") return sign * (one - other);
  if (typeof one !== typeof other) return typeof one === "number" ? -sign : sign;
  return sign * COLLATOR.compare(one, other);
}
