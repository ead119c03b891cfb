// The page /sparql: its textarea becomes an editor, its form asks without leaving the page, and
// results are shown as a table, on a map, as a chart and as they came.

import { mount, show, sparql, turtle } from "./codemirror.js";
import { Problem, ask } from "./query/ask.js";
import { chartOf, showChart } from "./query/chart.js";
import { completion, declaredIn, placeOfPrefix } from "./query/complete.js";
import { Names } from "./query/names.js";
import { placesOf, showPlaces } from "./query/places.js";
import { showTable } from "./query/table.js";
import { bytes, element, lang, number, seconds, t } from "./query/words.js";

const MOST_RAW = 300_000;
const LONGEST_ADDRESS = 30_000;
const FILES = {
  rows: [["CSV", "csv", "csv"], ["TSV", "tsv", "tsv"], ["JSON", "json", "json"], ["XML", "xml", "xml"]],
  graph: [
    ["Turtle", "turtle", "ttl"],
    ["JSON-LD", "jsonld", "jsonld"],
    ["N-Triples", "ntriples", "nt"],
    ["RDF/XML", "rdfxml", "rdf"],
  ],
};
const by = (id) => document.getElementById(id);
const form = by("editor");
if (form) start();

function start() {
  const { root, endpoint, vocabulary: address, search } = form.dataset;
  const fields = [...form.querySelectorAll("input[data-kept]")]
    .filter(({ name }) => name !== "lang")
    .map(({ name, value }) => [name, value]);
  const vocabulary = fetch(address)
    .then((response) => response.json())
    .catch(() => ({ base: "", prefixes: {}, terms: [] }));
  const names = new Names({ endpoint, root, fields, vocabulary });
  const editor = mount(by("query"), {
    language: sparql(),
    lang,
    name: by("query-label").textContent,
    help: "query-help",
    extensions: [completion({ vocabulary, search })],
    keys: [{ key: "Mod-Enter", run: () => (run(), true), preventDefault: true }],
  });
  for (const hidden of document.querySelectorAll("[data-live]")) hidden.hidden = false;
  for (const plain of document.querySelectorAll("[data-plain]")) plain.hidden = true;

  let running = null;
  let leave = () => {};

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  by("cancel").addEventListener("click", () => running?.abort());
  by("copy").addEventListener("click", copy);
  listExamples(editor, run);
  const fault = by("fault")?.dataset;
  if (fault) fail(new Problem({ ...fault, line: +fault.line, column: +fault.column }));
  if ("run" in form.dataset) run();

  async function run() {
    running?.abort();
    const mine = (running = new AbortController());
    const query = editor.text;
    const began = performance.now();
    const clock = setInterval(() => tell(waiting(began), true), 200);
    by("result").hidden = false;
    by("cancel").disabled = false;
    editor.mark([]);
    tell(t("Die Abfrage läuft …", "The query is running …"), true);
    rememberAddress(query);
    try {
      const answer = await ask(endpoint, [...fields, ["query", query]], { signal: mine.signal });
      if (mine !== running) return;
      leave();
      leave = showAnswer(answer, query) ?? (() => {});
    } catch (error) {
      if (mine !== running) return;
      leave();
      leave = () => {};
      if (error.name === "AbortError") showNothing(t("Abgebrochen.", "Cancelled."));
      else fail(error);
    } finally {
      clearInterval(clock);
      if (mine === running) {
        running = null;
        by("cancel").disabled = true;
        by("status").classList.remove("busy");
        bringIntoSight();
      }
    }
  }

  function fail(error) {
    showProblem(error, editor);
    if (error.line) vocabulary.then(({ prefixes }) => offerPrefix(error, prefixes, editor, run));
  }

  function showAnswer(answer, query) {
    showFiles(answer.kind === "graph" ? "graph" : "rows", query);
    const cost = `${seconds(answer.seconds)}, ${bytes(answer.size)}`;
    if (answer.kind === "truth") {
      tell(cost);
      const [word, rest] = answer.truth
        ? [t("Ja", "Yes"), t(", das steht im Graphen.", ", the graph says so.")]
        : [t("Nein", "No"), t(", das steht nicht im Graphen.", ", the graph does not say so.")];
      by("answer").replaceChildren(element("p", { class: "truth" }, element("strong", {}, word), rest));
      return null;
    }
    if (answer.kind === "graph") {
      tell(cost);
      const name = t("Ergebnis in Turtle", "Result in Turtle");
      const view = show(by("answer"), answer.text, { language: turtle(), lang, name });
      return () => view.destroy();
    }
    const { length } = answer.rows;
    tell(`${number(length)} ${length === 1 ? t("Zeile", "row") : t("Zeilen", "rows")}, ${cost}`);
    if (!length) {
      const text = t("Keine Zeile passt auf diese Abfrage.", "No row fits this query.");
      by("answer").replaceChildren(element("p", {}, text));
      return null;
    }
    return showViews(answer, names);
  }
}

/** Folds the examples and scrolls if the result would begin near the end of the window. */
function bringIntoSight() {
  const examples = document.getElementById("examples");
  if (examples?.open) {
    if (examples.contains(document.activeElement)) examples.querySelector("summary").focus();
    examples.open = false;
  }
  const result = by("result");
  if (result.getBoundingClientRect().top > innerHeight * 0.7) result.scrollIntoView({ block: "center" });
}

function tell(text, busy = false) {
  const status = by("status");
  if (status.textContent !== text) status.textContent = text;
  status.classList.toggle("busy", busy);
}

function waiting(began) {
  const passed = Math.floor((performance.now() - began) / 1000);
  const running = t("Die Abfrage läuft", "The query is running");
  return passed < 1 ? `${running} …` : `${running}, ${passed} s …`;
}

function showNothing(text) {
  tell(text);
  by("answer").replaceChildren();
  by("files").hidden = true;
}

function showProblem(error, editor) {
  const problem =
    error instanceof Problem
      ? error
      : new Problem({ title: t("Fehler", "Fault"), text: String(error.message ?? error) });
  const { title, text, advice, line, column } = problem;
  showNothing("");
  const said = element("p", {}, element("strong", {}, `${title}.`), ` ${text} ${advice ?? ""}`);
  const box = element("div", { class: "notice bad", id: "fault", role: "alert" }, said);
  if (line) {
    editor.mark([{ line, column, message: text }]);
    const go = () => editor.go(line, column);
    const words = t(`Zu Zeile ${line}, Spalte ${column ?? 1}`, `To line ${line}, column ${column ?? 1}`);
    box.append(element("p", {}, element("button", { type: "button", class: "plain", onclick: go }, words)));
  }
  by("answer").replaceChildren(box);
}

/** A button that declares the prefix at the fault, if it is one of the project and not declared. */
function offerPrefix({ line, column }, prefixes, editor, run) {
  const { doc } = editor.view.state;
  if (line > doc.lines || !by("fault")) return;
  const found = /^[\p{L}\p{N}_.-]*(?=:)/u.exec([...doc.line(line).text].slice(column - 1).join(""));
  const namespace = found && prefixes[found[0]];
  if (!namespace || declaredIn(editor.text)[found[0]]) return;
  const declare = () => {
    const insert = `PREFIX ${found[0]}: <${namespace}>\n`;
    editor.view.dispatch({ changes: { from: placeOfPrefix(editor.text), insert } });
    run();
  };
  const words = t(`PREFIX ${found[0]}: ergänzen`, `Add PREFIX ${found[0]}:`);
  const button = element("button", { type: "button", onclick: declare }, words);
  by("fault").lastElementChild.append(" ", button);
}

/** Tabs with what can be made of rows; returns how to leave the one that is shown. */
function showViews(answer, names) {
  const points = placesOf(answer);
  const chart = chartOf(answer);
  const views = [[t("Tabelle", "Table"), (place) => showTable(place, answer, names)]];
  if (points.length) {
    views.push([t("Karte", "Map"), (place) => showPlaces(place, points, answer, names)]);
  }
  if (chart) views.push([t("Diagramm", "Chart"), (place) => void showChart(place, chart, answer, names)]);
  views.push([t("Rohdaten", "Raw"), (place) => showRaw(place, answer.text)]);
  const panel = element("div", { role: "tabpanel", id: "view", "aria-labelledby": "view-0" });
  let leave = () => {};
  const tabs = views.map(([name, draw], index) =>
    element(
      "button",
      {
        type: "button",
        role: "tab",
        id: `view-${index}`,
        "aria-controls": "view",
        onclick: () => choose(index),
        onkeydown: (event) => {
          const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
          if (!step) return;
          const next = (index + step + views.length) % views.length;
          choose(next);
          tabs[next].focus();
          event.preventDefault();
        },
      },
      name,
    ),
  );
  const list = element("div", { class: "views", role: "tablist", "aria-label": t("Ansichten", "Views") }, ...tabs);
  by("answer").replaceChildren(list, panel);
  choose(0);
  return () => leave();

  function choose(index) {
    tabs.forEach((tab, each) => {
      tab.setAttribute("aria-selected", String(each === index));
      tab.tabIndex = each === index ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", `view-${index}`);
    leave();
    leave = views[index][1](panel) ?? (() => {});
  }
}

function showRaw(place, text) {
  const more = text.length > MOST_RAW;
  const name = t("Antwort in JSON", "Answer in JSON");
  const code = element("code", {}, more ? text.slice(0, MOST_RAW) : pretty(text));
  const block = element("pre", { class: "graph", tabindex: "0", role: "region", "aria-label": name }, code);
  const note = t("Das ist der Anfang; die Dateien haben alles.", "This is the beginning; the files have all of it.");
  place.replaceChildren(block, ...(more ? [element("p", { class: "quiet" }, note)] : []));
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 1);
  } catch {
    return text;
  }
}

function showFiles(kind, query) {
  const files = by("files");
  const links = FILES[kind].map(([name, format, suffix]) =>
    element("a", { href: addressOf(query, { format }), download: `${t("ergebnis", "result")}.${suffix}` }, name),
  );
  const [first] = files.children;
  files.replaceChildren(first, ...links.flatMap((link) => [" ", link]));
  files.hidden = false;
}

/** The address of this page with another query. */
function addressOf(query, more = {}) {
  const given = new URLSearchParams(location.search);
  for (const name of ["query", "format", "timeout"]) given.delete(name);
  for (const [name, value] of Object.entries({ query, ...more })) given.set(name, value);
  return `${location.pathname}?${given}`;
}

function rememberAddress(query) {
  const address = addressOf(query);
  if (address.length < LONGEST_ADDRESS) history.replaceState(null, "", address);
  for (const link of document.querySelectorAll(".lang a")) {
    const other = new URL(link.href);
    other.searchParams.set("query", query);
    link.href = other.href;
  }
}

async function copy() {
  const address = new URL(addressOf(by("query").value), location.href).href;
  try {
    await navigator.clipboard.writeText(address);
    tell(t("Die Adresse ist kopiert.", "The address is copied."));
  } catch {
    history.replaceState(null, "", address);
    tell(t("Die Adresse steht jetzt oben im Browser.", "The address is in the browser's address bar now."));
  }
  by("result").hidden = false;
}

function listExamples(editor, run) {
  const [filter, list, none] = [by("example-filter"), by("example-list"), by("example-none")];
  if (!list) return;
  const items = [...list.children];
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  filter.addEventListener("input", () => {
    const words = fold(filter.value).split(/\s+/).filter(Boolean);
    let left = 0;
    for (const item of items) {
      const text = fold(item.textContent);
      item.hidden = !words.every((word) => text.includes(word));
      left += !item.hidden;
    }
    none.textContent = left ? "" : t("Keine Frage enthält das.", "No question has that.");
  });
  list.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    for (const other of list.querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    editor.text = new URL(link.href).searchParams.get("query");
    run();
  });
}
