// The page that checks contributions: an editor with marks, files by dropping, checks while one
// types, proposals by a click. Without this script the form does the same by being sent.

import { EditorView } from "@codemirror/view";
import { mount, turtle } from "./codemirror.js";

const WAIT = 700; // milliseconds after the last key
const MOST = 300_000; // signs that are checked while one types
const KEPT = "kg-check";
const FORMATS = { ttl: "turtle", trig: "trig", nt: "ntriples", nq: "nquads", jsonld: "jsonld", rdf: "rdfxml", owl: "rdfxml" };
const MEDIA = {
  turtle: "text/turtle",
  trig: "application/trig",
  ntriples: "application/n-triples",
  nquads: "application/n-quads",
  jsonld: "application/ld+json",
  rdfxml: "application/rdf+xml",
};

const form = document.getElementById("check");
if (form) start(form);

function start(form) {
  const lang = document.documentElement.lang;
  const say = (de, en) => (lang === "de" ? de : en);
  const textarea = form.elements.text;
  const results = document.getElementById("results");
  const state = document.getElementById("state");
  restore(textarea, state, say, (text) => {
    editor.text = text;
    check();
  });
  const editor = mount(textarea, {
    language: turtle(),
    lang,
    name: say("Beitrag", "Contribution"),
    help: "text-help",
    extensions: [EditorView.updateListener.of((update) => update.docChanged && changed())],
  });
  let marks = read(results);
  let checked = marks.length ? editor.text : null;
  let running = null;
  let timer = 0;
  show();

  function show() {
    editor.mark(marks.filter(({ line }) => line));
  }

  async function check() {
    clearTimeout(timer);
    running?.abort();
    const text = editor.text;
    if (!text.trim()) return;
    running = new AbortController();
    state.textContent = say("wird geprüft …", "checking …");
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: data(form, text),
        headers: { Accept: "text/html", "HX-Request": "true" },
        signal: running.signal,
      });
      const html = await response.text();
      if (!response.headers.get("content-type")?.startsWith("text/html")) throw new Error(response.status);
      if (text !== editor.text) return; // the next check is on its way
      results.innerHTML = html;
      marks = read(results);
      checked = text;
      show();
      state.textContent = results.querySelector(".notice")?.textContent.trim() ?? "";
    } catch (error) {
      if (error.name !== "AbortError") {
        state.textContent = say(
          "Die Prüfung ist gerade nicht erreichbar; Ihr Text bleibt hier.",
          "The check cannot be reached just now; your text stays here.",
        );
      }
    }
  }

  textarea.form.addEventListener("submit", (event) => {
    const target = event.submitter?.formAction ?? "";
    if (new URL(target || form.action).searchParams.has("format")) return; // a report to keep
    event.preventDefault();
    if (event.submitter?.name === "apply") apply(Number(event.submitter.value));
    else check();
  });

  async function apply(number) {
    if (checked !== editor.text) await check();
    const edits = marks.find((mark) => mark.number === number)?.edits ?? [];
    if (!edits.length || checked !== editor.text) return;
    const at = units(editor.text);
    editor.view.dispatch({
      changes: edits.map(({ start, end, text }) => ({ from: at(start), to: at(end), insert: text })),
    });
    editor.view.focus();
    await check();
  }

  function changed() {
    const text = editor.text;
    keep(text);
    clearTimeout(timer);
    if (text.length <= MOST) timer = setTimeout(check, WAIT);
  }

  async function load(file) {
    const suffix = file.name.split(".").pop().toLowerCase();
    if (FORMATS[suffix]) form.elements.form.value = FORMATS[suffix];
    editor.text = (await file.text()).replaceAll("\r\n", "\n");
    await check();
  }

  form.elements.file.addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    await load(file);
    target.value = "";
  });
  form.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    form.classList.add("drop");
  });
  form.addEventListener("dragleave", () => form.classList.remove("drop"));
  form.addEventListener("drop", async (event) => {
    form.classList.remove("drop");
    const [file] = event.dataTransfer.files;
    if (!file) return;
    event.preventDefault();
    await load(file);
  }, true);

  results.addEventListener("click", ({ target }) => {
    const line = target.closest(".line");
    if (line) editor.go(Number(line.querySelector(".no").textContent), 1);
  });

  handIn(() => editor.text, () => MEDIA[form.elements.form.value], say);
}

/** The fields of the form, with the text of the editor and without the file, which is in it. */
function data(form, text) {
  const fields = new FormData();
  fields.set("text", text);
  fields.set("form", form.elements.form.value);
  return fields;
}

function read(results) {
  return JSON.parse(results.querySelector("#marks")?.textContent ?? "[]");
}

/** What turns places counted in code points into places counted in UTF-16 units. */
function units(text) {
  if (!/[\ud800-\udbff]/.test(text)) return (place) => place;
  const signs = [...text];
  return (place) => signs.slice(0, place).join("").length;
}

/** Keep a text until the window is closed, or return the one that is kept, where that is allowed. */
function keep(text) {
  try {
    if (text === undefined) return sessionStorage.getItem(KEPT);
    sessionStorage.setItem(KEPT, text);
  } catch {
    // Nothing is kept then.
  }
  return null;
}

/** Bring back what was written here before, at once into an empty field, else by a button. */
function restore(textarea, state, say, put) {
  const kept = keep();
  if (!kept || kept === textarea.value) return;
  if (!textarea.value) {
    textarea.value = kept;
    return;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = say("Meinen vorigen Text zurückholen", "Bring back my previous text");
  button.addEventListener("click", () => {
    put(kept);
    button.remove();
  });
  state.before(button);
}

/** Let those with a token hand in what is in the editor; the token is kept nowhere. */
function handIn(text, media, say) {
  const form = document.getElementById("submit-form");
  const told = document.getElementById("submitted");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const token = document.getElementById("token");
    const { source } = form.elements;
    const note = new TextEncoder().encode(form.elements.note.value);
    told.textContent = say("wird gesendet …", "sending …");
    try {
      const response = await fetch(form.dataset.to, {
        method: "POST",
        body: text(),
        credentials: "omit",
        headers: {
          Accept: "application/json",
          "Accept-Language": document.documentElement.lang,
          Authorization: `Bearer ${token.value.trim()}`,
          "Content-Type": media(),
          ...(source.value ? { Link: `<${source.value.trim().replace(/[^\x21-\x7e]/gu, encodeURIComponent)}>; rel="source"` } : {}),
          ...(note.length ? { "Kg-Note": String.fromCharCode(...note) } : {}),
        },
      });
      const answer = await response.json();
      told.textContent = response.ok
        ? say(`Eingereicht unter der Nummer ${answer.id}. Die Redaktion entscheidet.`, `Handed in as ${answer.id}. The editors will decide.`)
        : answer.detail ?? answer.title;
    } catch {
      told.textContent = say("Das hat nicht geklappt; versuchen Sie es noch einmal.", "That did not work; try again.");
    }
    token.value = "";
  });
}
