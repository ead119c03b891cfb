// Rows with coordinates as points on a canvas: what the points are is in the table as well.

import { isNumber, textOf } from "./table.js";
import { element, number, t } from "./words.js";

const LATITUDE = /^(?:lat|latitude|breite|breitengrad)$/i;
const LONGITUDE = /^(?:lon|lng|long|longitude|laenge|länge|längengrad|laengengrad)$/i;
const WKT = "http://www.opengis.net/ont/geosparql#wktLiteral";
const POINT = /^\s*(?:<([^>]*)>\s*)?POINT\s*(?:Z\s*)?\(\s*(-?[\d.eE+-]+)\s+(-?[\d.eE+-]+)/i;
const AT_LATITUDE_FIRST = /EPSG\/0\/(?:4326|4258)$/;
const NEAR = 14;
const NAMED = 40;
const MARGIN = 18;

/** The points of a result as { x, y, row }, none if it has no coordinates. */
export function placesOf({ names, rows }) {
  const latitude = names.find((name) => LATITUDE.test(name));
  const longitude = names.find((name) => LONGITUDE.test(name));
  if (latitude && longitude) {
    return rows.flatMap((row) => point(row, coordinate(row[longitude]), coordinate(row[latitude])));
  }
  const shape = names.find((name) => rows.some((row) => row[name]?.datatype === WKT));
  if (!shape) return [];
  return rows.flatMap((row) => {
    const found = POINT.exec(row[shape]?.value ?? "");
    if (!found) return [];
    const [first, second] = [Number(found[2]), Number(found[3])];
    return AT_LATITUDE_FIRST.test(found[1] ?? "") ? point(row, second, first) : point(row, first, second);
  });
}

function coordinate(term) {
  return isNumber(term) || /^-?\d+(?:\.\d+)?$/.test(term?.value ?? "") ? Number(term.value) : NaN;
}

function point(row, x, y) {
  return Math.abs(x) <= 180 && Math.abs(y) <= 90 ? [{ row, x, y }] : [];
}

export function showPlaces(place, points, { names: variables }, names) {
  const canvas = element("canvas", {
    role: "img",
    "aria-label": t(
      `Karte mit ${number(points.length)} Punkten. Die Tabelle nennt sie alle.`,
      `Map with ${number(points.length)} points. The table names all of them.`,
    ),
  });
  const said = element("p", { "aria-hidden": "true", class: "quiet" }, hint());
  place.replaceChildren(element("div", { class: "places" }, canvas, said));
  let drawn = [];
  let chosen = null;
  const title = titleOf(variables, points);
  const draw = () => {
    drawn = paint(canvas, points, chosen, (row) => textOf(row[title], names));
  };
  names.load(points.slice(0, NAMED).flatMap(({ row }) => iris([row[title]]))).then(draw);
  const observer = new ResizeObserver(draw);
  observer.observe(canvas);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", draw);

  canvas.addEventListener("pointermove", async (event) => {
    const found = nearest(drawn, event.offsetX, event.offsetY);
    if (found === chosen) return;
    chosen = found;
    draw();
    canvas.style.cursor = chosen && resource(chosen.row) ? "pointer" : "";
    if (!chosen) return said.replaceChildren(hint());
    said.replaceChildren(describe(chosen.row));
    const { row } = chosen;
    await names.load(iris(Object.values(row)));
    if (chosen?.row === row) said.replaceChildren(describe(row));
  });
  canvas.addEventListener("click", (event) => {
    const found = nearest(drawn, event.offsetX, event.offsetY);
    const iri = found && resource(found.row);
    if (iri) location.assign(names.page(iri));
  });
  return () => {
    observer.disconnect();
    dark.removeEventListener("change", draw);
  };

  function resource(row) {
    return variables.map((name) => row[name]).find((term) => term?.type === "uri")?.value;
  }

  function describe(row) {
    const texts = variables.map((name) => textOf(row[name], names)).filter(Boolean);
    return texts.join(" · ").slice(0, 300);
  }
}

function iris(terms) {
  return terms.flatMap((term) => (term?.type === "uri" ? [term.value] : []));
}

/** The variable that names the points best: words of a language, else resources, else texts. */
function titleOf(variables, points) {
  const some = points.slice(0, 100);
  const fits = (test) => variables.find((name) => some.some(({ row }) => row[name] && test(row[name])));
  return (
    fits((term) => term["xml:lang"]) ??
    fits((term) => term.type === "uri") ??
    fits((term) => term.type === "literal" && !/^[\d.,-]+$/.test(term.value))
  );
}

function hint() {
  return t(
    "Zeigen Sie auf einen Punkt; ein Klick führt zu seiner Seite.",
    "Point at a place; a click leads to its page.",
  );
}

function paint(canvas, points, chosen, nameOf) {
  const scale = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const at = projection(points, width, height);
  const radius = points.length > 2000 ? 1.6 : points.length > 200 ? 2.6 : 4;
  context.fillStyle = style.getPropertyValue("--accent");
  context.globalAlpha = points.length > 2000 ? 0.6 : 0.8;
  const drawn = points.map((point) => ({ row: point.row, ...at(point) }));
  for (const { left, top } of drawn) dot(context, left, top, radius);
  if (points.length <= NAMED) writeNames(context, drawn, nameOf, style, width);
  const found = chosen && drawn.find(({ row }) => row === chosen.row);
  if (found) {
    context.globalAlpha = 1;
    context.fillStyle = style.getPropertyValue("--bad");
    dot(context, found.left, found.top, radius + 3);
  }
  return drawn;
}

/** Names beside their points, as far as they do not lie upon each other. */
function writeNames(context, drawn, nameOf, style, width) {
  context.globalAlpha = 1;
  context.fillStyle = style.getPropertyValue("--ink");
  context.font = "13px system-ui, sans-serif";
  context.textBaseline = "middle";
  const taken = [];
  for (const { row, left, top } of drawn) {
    const name = nameOf(row).slice(0, 40);
    const { width: length } = context.measureText(name);
    const start = left + 8 + length > width ? left - 8 - length : left + 8;
    const crosses = (one) =>
      Math.abs(one.top - top) < 14 && start < one.start + one.length && one.start < start + length;
    if (!name || taken.some(crosses)) continue;
    taken.push({ start, length, top });
    context.fillText(name, start, top);
  }
}

function dot(context, left, top, radius) {
  context.beginPath();
  context.arc(left, top, radius, 0, 2 * Math.PI);
  context.fill();
}

/** Degrees become pixels; a degree of longitude is as long as it is in the middle of the map. */
function projection(points, width, height) {
  let [west, east, south, north] = [180, -180, 90, -90];
  for (const { x, y } of points) {
    [west, east] = [Math.min(west, x), Math.max(east, x)];
    [south, north] = [Math.min(south, y), Math.max(north, y)];
  }
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const across = Math.max((east - west) * shrink, 0.02);
  const up = Math.max(north - south, 0.02);
  const factor = Math.min((width - 2 * MARGIN) / across, (height - 2 * MARGIN) / up);
  const [middleX, middleY] = [(west + east) / 2, (south + north) / 2];
  return ({ x, y }) => ({
    left: width / 2 + (x - middleX) * shrink * factor,
    top: height / 2 - (y - middleY) * factor,
  });
}

function nearest(drawn, left, top) {
  let [best, distance] = [null, NEAR];
  for (const one of drawn) {
    const away = Math.hypot(one.left - left, one.top - top);
    if (away < distance) [best, distance] = [one, away];
  }
  return best;
}
