// What resources are called and where their pages are.

import { ask } from "./ask.js";
import { lang } from "./words.js";

const NAMES = [
  "http://www.w3.org/2004/02/skos/core#prefLabel",
  "http://www.w3.org/2000/01/rdf-schema#label",
  "https://schema.org/name",
  "http://schema.org/name",
  "http://purl.org/dc/terms/title",
  "http://xmlns.com/foaf/0.1/name",
  "http://purl.org/dc/elements/1.1/title",
  "http://www.w3.org/ns/shacl#name",
];
const AT_ONCE = 1000;
const ABREAST = 2;
const IN_PATH = /^[^?#\s]+$/;
const DOTS = /(?:^|\/)\.{1,2}(?:\/|$)/;
const WRITABLE = /^[^\x00-\x20<>"{}|\\^`\x7f]+$/;

export class Names {
  /** `vocabulary` is a promise of /vocabulary.json; `fields` go along with each query. */
  constructor({ endpoint, root, fields, vocabulary }) {
    this.endpoint = endpoint;
    this.root = root;
    this.fields = fields;
    this.terms = new Map();
    this.base = "";
    this.known = new Map();
    this.kept = "";
    this.ready = vocabulary.then(({ base, terms }) => {
      this.base = base;
      for (const term of terms) this.terms.set(term.iri, term);
    });
  }

  /** Look up what is not known yet of `iris`; without an answer they keep the end of their IRI. */
  async load(iris) {
    await this.ready;
    const wanted = [...new Set(iris)].filter((iri) => !this.known.has(iri) && WRITABLE.test(iri));
    const look = async () => {
      while (wanted.length) await this.#look(wanted.splice(0, AT_ONCE));
    };
    try {
      await Promise.all(Array.from({ length: ABREAST }, look));
    } catch {
      wanted.length = 0;
    }
  }

  async #look(iris) {
    // Not with a second VALUES: as a product of two it takes Oxigraph fifty times as long.
    const [things, names] = [iris, NAMES].map((some) => some.map((iri) => `<${iri}>`));
    const query = `SELECT ?x ?p ?o WHERE {
      VALUES ?x { ${things.join(" ")} } ?x ?p ?o . FILTER (?p IN (${names.join(", ")})) }`;
    const { rows } = await ask(this.endpoint, [...this.fields, ["query", query]]);
    this.#take(iris, rows);
  }

  #take(iris, rows) {
    for (const iri of iris) this.known.set(iri, null);
    for (const { x, p, o } of rows) {
      if (o.type !== "literal") continue;
      const found = { text: o.value, lang: o["xml:lang"] ?? "", rank: rank(p.value, o["xml:lang"]) };
      const old = this.known.get(x.value);
      if (!old || found.rank < old.rank) this.known.set(x.value, found);
    }
  }

  /** The name of a resource as { text, lang }. */
  of(iri) {
    const found = this.known.get(iri);
    if (found) return found;
    const term = this.terms.get(iri);
    return term?.label ? { text: term.label, lang } : { text: lastPart(iri), lang: "" };
  }

  /** The address of the page about a resource, as kg.serve.pages.addresses makes it. */
  page(iri) {
    const term = this.terms.get(iri);
    if (term) return this.#link("ontology", {}, `#${term.anchor}`);
    const rest = this.base && iri.startsWith(this.base) ? iri.slice(this.base.length) : null;
    const inner = rest?.replace(/^id\//, "");
    if (!inner || !IN_PATH.test(inner) || DOTS.test(inner)) return this.#link("doc", { iri });
    const path = inner.replace(/[^\w/:@!$&'()*+,;=.~%-]+/g, encodeURIComponent);
    return this.#link(`doc/${path}`);
  }

  #link(path, parameters = {}, mark = "") {
    const here = new URLSearchParams(location.search);
    const given = new URLSearchParams(parameters);
    for (const name of ["lang", "version"]) {
      if (here.get(name)) given.set(name, here.get(name));
    }
    const query = given.toString();
    return `${this.root}${path}${query ? `?${query}` : ""}${mark}`;
  }
}

function rank(property, tag = "") {
  const order = { "": 1, en: 2, de: 3, [lang]: 0 }[tag.toLowerCase().split("-")[0]] ?? 4;
  return NAMES.indexOf(property) * 10 + order;
}

function lastPart(iri) {
  const found = /[^/#:]+(?=[/#:]*$)/.exec(iri);
  if (!found) return iri;
  try {
    return decodeURIComponent(found[0]);
  } catch {
    return found[0];
  }
}
