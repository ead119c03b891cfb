// Rows with a name and a number as bars. The table has the same numbers as text.

import { isNumber, textOf } from "./table.js";
import { element, lang, number, t } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const MOST = 50;
const FEWEST = 2;
const [WIDTH, NAME, VALUE, STEP, BAR] = [800, 260, 90, 26, 18];
const COORDINATE = /^(?:lat|long?|lng|latitude|longitude)$/i;

/** Which columns a chart is made of, as { label, value }, or null. */
export function chartOf({ names, rows }) {
  if (rows.length < FEWEST) return null;
  const value = names.find(
    (name) =>
      !COORDINATE.test(name) &&
      rows.every((row) => !row[name] || isNumber(row[name])) &&
      rows.some((row) => row[name]),
  );
  if (!value) return null;
  const others = names.filter((name) => !rows.some((row) => isNumber(row[name])));
  const bound = (name) => rows.filter((row) => row[name]).length;
  const texts = others.filter((name) => rows.some((row) => row[name]?.type === "literal"));
  const label = (texts.length ? texts : others).sort((one, other) => bound(other) - bound(one))[0];
  return label ? { label, value } : null;
}

export async function showChart(place, { label, value }, { rows }, names) {
  const shown = rows.filter((row) => row[value]).slice(0, MOST);
  const iris = shown.flatMap((row) => (row[label]?.type === "uri" ? [row[label].value] : []));
  await names.load(iris);
  const numbers = shown.map((row) => Number(row[value].value));
  const low = Math.min(0, ...numbers);
  const high = Math.max(0, ...numbers);
  const scale = (WIDTH - NAME - VALUE) / (high - low || 1);
  const zero = NAME - low * scale;
  const title = t(
    `Balkendiagramm: ${value} nach ${label}. Die Tabelle nennt dieselben Zahlen.`,
    `Bar chart: ${value} by ${label}. The table has the same numbers.`,
  );
  const height = shown.length * STEP + 8;
  const chart = svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": title });
  chart.setAttribute("class", "chart");
  shown.forEach((row, index) => {
    const top = index * STEP + 4;
    const middle = top + BAR / 2 + 4.5;
    const length = Math.abs(numbers[index]) * scale;
    const left = numbers[index] < 0 ? zero - length : zero;
    const name = textOf(row[label], names);
    chart.append(
      text(short(name), { x: NAME - 10, y: middle, "text-anchor": "end" }),
      svg("rect", { x: left, y: top, width: Math.max(length, 1), height: BAR, rx: 2 }),
      text(numbers[index].toLocaleString(lang), { x: left + length + 6, y: middle, class: "value" }),
    );
  });
  const more = rows.length - shown.length;
  const caption = t(`${value} nach ${label}`, `${value} by ${label}`);
  const first = t(`die ersten ${number(MOST)} Zeilen`, `the first ${number(MOST)} rows`);
  const note = element("p", { class: "quiet" }, more ? `${caption}, ${first}` : caption);
  place.replaceChildren(note, chart);
}

function short(name) {
  const signs = [...name];
  return signs.length > 36 ? `${signs.slice(0, 35).join("")}…` : name;
}

function text(content, attributes) {
  const made = svg("text", attributes);
  made.textContent = content;
  return made;
}

function svg(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
