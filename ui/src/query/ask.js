// A query goes to the endpoint and becomes rows, a yes or no, Turtle, or a Problem.

import { bytes, lang, t } from "./words.js";

const ACCEPT = "application/sparql-results+json, text/turtle;q=0.9";
export const MOST = 32e6;

/** Why there is no answer, in sentences; `line` and `column` count from 1 where they are known. */
export class Problem extends Error {
  constructor({ title, text, advice = "", line, column, status = 0 }) {
    super(text);
    Object.assign(this, { title, text, advice, line, column, status });
  }
}

/**
 * Ask a query; `fields` are those of the SPARQL protocol, `signal` gives it up.
 * Returns { kind: "rows" | "truth" | "graph", text, size, seconds } with names and rows, or truth.
 */
export async function ask(endpoint, fields, { signal, progress = () => {} } = {}) {
  const began = performance.now();
  const response = await send(endpoint, fields, signal);
  if (!response.ok) throw await problem(response);
  const text = await read(response, progress);
  const answer = { text, size: new Blob([text]).size, seconds: (performance.now() - began) / 1000 };
  const type = response.headers.get("Content-Type") ?? "";
  if (type.startsWith("text/turtle")) return { ...answer, kind: "graph" };
  const { head, results, boolean } = JSON.parse(text);
  if (boolean !== undefined) return { ...answer, kind: "truth", truth: boolean };
  return { ...answer, kind: "rows", names: head.vars ?? [], rows: results.bindings };
}

async function send(endpoint, fields, signal) {
  try {
    return await fetch(endpoint, {
      method: "POST",
      headers: { Accept: ACCEPT, "Accept-Language": lang },
      body: new URLSearchParams(fields),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({
      title: t("Keine Verbindung", "No connection"),
      text: t("Der Server ist nicht zu erreichen.", "The server cannot be reached."),
    });
  }
}

async function read(response, progress) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const parts = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > MOST) break;
      parts.push(decoder.decode(value, { stream: true }));
      progress(size);
    }
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({
      title: t("Abgebrochen", "Broken off"),
      text: t(
        "Der Server hat die Antwort mittendrin abgebrochen, meist weil die Zeit um war.",
        "The server broke off the answer in the middle, mostly because time was up.",
      ),
      advice: ADVICE[504],
    });
  }
  if (size > MOST) {
    await reader.cancel();
    throw new Problem({
      title: t("Zu groß für diese Seite", "Too large for this page"),
      text: t(
        `Die Antwort hat mehr als ${bytes(MOST)}.`,
        `The answer has more than ${bytes(MOST)}.`,
      ),
      advice: t("Laden Sie sie als Datei oder setzen Sie ein LIMIT.", "Take it as a file or set a LIMIT."),
    });
  }
  parts.push(decoder.decode());
  return parts.join("");
}

async function problem(response) {
  const { status } = response;
  let said = {};
  try {
    said = await response.json();
  } catch {
    // What stands between us and the server may answer with something else.
  }
  const wait = Number(response.headers.get("Retry-After"));
  return new Problem({
    status,
    title: said.title ?? t(`Fehler ${status}`, `Error ${status}`),
    text: said.messages?.[lang] ?? said.detail ?? t("Es kam keine Antwort.", "There was no answer."),
    advice: wait > 0 && status === 503 ? retry(wait) : ADVICE[status],
    line: said.line,
    column: said.column,
  });
}

function retry(wait) {
  return wait === 1
    ? t("Versuchen Sie es in einer Sekunde noch einmal.", "Try again in a second.")
    : t(`Versuchen Sie es in ${wait} Sekunden noch einmal.`, `Try again in ${wait} seconds.`);
}

const ADVICE = {
  403: t(
    "Hier kann man nur lesen. Beiträge gibt man über „Beitragen“ ab.",
    "Here one can only read. Contributions are made at “Contribute”.",
  ),
  503: t("Versuchen Sie es in einigen Sekunden noch einmal.", "Try again in some seconds."),
  504: t(
    "Was hilft: weniger Muster, ein LIMIT oder eine Bedingung, die früh auswählt.",
    "What helps: fewer patterns, a LIMIT, or a condition that selects early.",
  ),
  507: t(
    "Was hilft: ein LIMIT, kein ORDER BY oder DISTINCT über alles, weniger Muster.",
    "What helps: a LIMIT, no ORDER BY or DISTINCT over everything, fewer patterns.",
  ),
};
