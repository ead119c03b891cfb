// What the editor proposes: variables, prefixes, words of SPARQL, the terms of our ontology by
// name or label, and resources of the graph by their label. A prefix that is missing is declared.

import { autocompletion } from "@codemirror/autocomplete";
import { syntaxTree } from "@codemirror/language";
import { FUNCTIONS, KEYWORDS } from "../terse.js";
import { t } from "./words.js";

const WORD = /[\p{L}_][\p{L}\p{N}_-]*$/u;
const NAME = /(?:[\p{L}_][\p{L}\p{N}_.-]*)?:[\p{L}\p{N}_.-]*$|[\p{L}_][\p{L}\p{N}_-]*$/u;
const VARIABLE = /[?$][\p{L}\p{N}_]*$/u;
const DECLARATION = /(?:^|\s)prefix\s+([\p{L}\p{N}_.-]*)$/iu;
const DECLARED = /^[^\S\n]*prefix\s+([\p{L}\p{N}_.-]*):\s*<([^>]*)>/gimu;
const WRITABLE = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_-]*)$/u;
const SHOWN = 60;
const FEWEST = 3;

/** An extension; `vocabulary` is a promise of /vocabulary.json, `search` the address of /search. */
export function completion({ vocabulary, search }) {
  let known = null;
  let canSearch = true;
  const look = async (typed, context) => {
    const hits = canSearch ? await searched(search, typed, context) : [];
    canSearch = hits !== null;
    return hits ?? [];
  };
  vocabulary.then((found) => {
    known = prepared(found);
  });
  return autocompletion({
    override: [
      (context) => declarations(context, known),
      variables,
      (context) => terms(context, known),
      (context) => resources(context, known, look),
    ],
    icons: false,
    maxRenderedOptions: SHOWN,
  });
}

function prepared({ prefixes, terms }) {
  return {
    prefixes,
    terms: terms.map((term) => ({ ...term, search: fold(`${term.name ?? ""} ${term.label}`) })),
  };
}

function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Whether the cursor is where no name of a term can be. */
function isText({ state, pos }) {
  const { name } = syntaxTree(state).resolveInner(pos, -1).type;
  return ["comment", "string", "url"].includes(name);
}

function variables(context) {
  const found = context.matchBefore(VARIABLE);
  if (!found || isText(context)) return null;
  const text = context.state.doc.toString();
  const others = text.slice(0, found.from) + text.slice(found.to);
  const names = new Set(others.match(/[?$][\p{L}\p{N}_]+/gu) ?? []);
  return {
    from: found.from,
    options: [...names].map((label) => ({ label, type: "variable" })),
    validFor: /^[?$][\p{L}\p{N}_]*$/u,
  };
}

function declarations(context, known) {
  const found = context.matchBefore(DECLARATION);
  if (!found || !known) return null;
  const typed = DECLARATION.exec(found.text)[1];
  return {
    from: context.pos - typed.length,
    options: Object.entries(known.prefixes).map(([prefix, namespace]) => ({
      label: `${prefix}:`,
      detail: namespace,
      apply: `${prefix}: <${namespace}>`,
    })),
  };
}

function terms(context, known) {
  const found = context.matchBefore(NAME);
  if (context.matchBefore(VARIABLE)) return null;
  if ((!found && !context.explicit) || isText(context) || context.matchBefore(DECLARATION)) return null;
  const typed = fold(found?.text ?? "");
  const from = found?.from ?? context.pos;
  const options = [...ofVocabulary(typed, known), ...ofLanguage(typed)];
  if (!options.length) return null;
  return { from, options: options.slice(0, SHOWN), filter: false };
}

function ofVocabulary(typed, known) {
  if (!known) return [];
  const hits = known.terms
    .filter((term) => term.search.includes(typed))
    .map((term) => ({ term, rank: rank(term, typed) }));
  hits.sort((one, other) => other.rank - one.rank);
  return hits.slice(0, SHOWN).map(({ term }) => ({
    label: term.name ?? `<${term.iri}>`,
    detail: term.deprecated ? `${term.label} (${t("veraltet", "deprecated")})` : term.label,
    type: term.kind,
    info: () => about(term),
    apply: (view, completion, from, to) => insert(view, from, to, term.iri, known),
  }));
}

/** Beginnings count more than middles, what is used often more than what is not. */
function rank({ name = "", label, uses = 0, deprecated }, typed) {
  const local = fold(name.slice(name.indexOf(":") + 1));
  let points = Math.log10(1 + uses) - (deprecated ? 20 : 0);
  if (fold(name).startsWith(typed)) points += 10;
  if (local.startsWith(typed)) points += 12;
  if (fold(label).startsWith(typed)) points += 11;
  return points;
}

function about({ label, definition, kind, iri }) {
  const box = document.createElement("div");
  const line = (text, strong) => {
    const made = document.createElement("p");
    made.style.margin = "0 0 0.3rem";
    if (strong) made.style.fontWeight = "600";
    made.textContent = text;
    box.append(made);
  };
  line(`${label} (${kind === "class" ? t("Klasse", "class") : t("Eigenschaft", "property")})`, true);
  if (definition) line(definition);
  line(iri);
  return box;
}

function ofLanguage(typed) {
  if (!typed || typed.includes(":")) return [];
  const upper = typed.toUpperCase();
  const words = KEYWORDS.filter((one) => one.startsWith(upper)).map((label) => ({ label, type: "keyword" }));
  const functions = FUNCTIONS.filter((one) => one.startsWith(upper)).map((label) => ({
    label,
    type: "function",
    apply: `${label}(`,
  }));
  return [...words, ...functions];
}

async function resources(context, known, look) {
  const found = context.matchBefore(WORD);
  if (!found || !known || isText(context)) return null;
  const typed = found.text;
  if (typed.length < FEWEST || KEYWORDS.includes(typed.toUpperCase())) return null;
  if (context.state.sliceDoc(found.from - 1, found.from).match(/[:?$<@]/)) return null;
  const hits = await look(typed, context);
  if (!hits.length) return null;
  return {
    from: found.from,
    filter: false,
    options: hits.slice(0, 8).map(({ iri, label, kind, region }) => ({
      label,
      detail: [kind, region].filter(Boolean).join(", "),
      type: "constant",
      boost: -50,
      apply: (view, completion, from, to) => insert(view, from, to, iri, known),
    })),
  };
}

/** What the search finds; null where there is none to be had. */
async function searched(search, typed, context) {
  const abort = new AbortController();
  context.addEventListener("abort", () => abort.abort());
  try {
    const address = new URL(search, location.href);
    address.searchParams.set("q", typed);
    const headers = { Accept: "application/json" };
    const response = await fetch(address, { headers, signal: abort.signal });
    if (!response.ok) return null;
    const said = await response.json();
    const hits = Array.isArray(said) ? said : (said.hits ?? said.results ?? []);
    return hits.filter(({ iri, label }) => iri && label);
  } catch {
    return [];
  }
}

/** Put a resource in, with a prefix where one fits, which is declared if it is not yet. */
function insert(view, from, to, iri, { prefixes }) {
  const declared = declaredIn(view.state.doc.toString());
  const fit = fitting(iri, declared) ?? fitting(iri, prefixes);
  if (!fit) return replace(view, from, to, `<${iri}>`, []);
  const { prefix, namespace, local } = fit;
  const name = `${prefix}:${local}`;
  if (declared[prefix] === namespace) return replace(view, from, to, name, []);
  if (prefix in declared) return replace(view, from, to, `<${iri}>`, []);
  const at = placeOfPrefix(view.state.doc.toString());
  replace(view, from, to, name, [{ from: at, insert: `PREFIX ${prefix}: <${namespace}>\n` }]);
}

function replace(view, from, to, text, others) {
  const added = others.reduce((sum, one) => sum + (one.from <= from ? one.insert.length : 0), 0);
  view.dispatch({
    changes: [...others, { from, to, insert: text }],
    selection: { anchor: from + added + text.length },
    userEvent: "input.complete",
    scrollIntoView: true,
  });
}

/** The prefixes that a query declares, with their namespaces. */
export function declaredIn(text) {
  return Object.fromEntries([...text.matchAll(DECLARED)].map(([, prefix, iri]) => [prefix, iri]));
}

/** The longest namespace that leaves a local name. */
function fitting(iri, prefixes) {
  let best = null;
  for (const [prefix, namespace] of Object.entries(prefixes)) {
    if (!iri.startsWith(namespace) || namespace.length <= (best?.namespace.length ?? 0)) continue;
    const local = iri.slice(namespace.length);
    if (WRITABLE.test(local)) best = { prefix, namespace, local };
  }
  return best;
}

/** After the last declaration, else after the comments at the top. */
export function placeOfPrefix(text) {
  let at = 0;
  for (const found of text.matchAll(DECLARED)) {
    const end = text.indexOf("\n", found.index);
    at = end < 0 ? found.index : end + 1;
  }
  return at || /^(?:[^\S\n]*(?:#[^\n]*)?\n)*/.exec(text)[0].length;
}
