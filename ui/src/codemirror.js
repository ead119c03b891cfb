// What editors on our pages share. An editor stands in a shadow root of its own: there CodeMirror
// adopts its style sheets, while in a page it would insert <style>, which the policy refuses.
//
//   const editor = mount(textarea, { language: turtle(), lang: "de", name: "Turtle" })
//   editor.text, editor.text = "…"        the text; the textarea always has it as well
//   editor.view                           CodeMirror's EditorView
//   editor.mark([{ line, column, message, severity, proposal }])   places from 1, columns in
//                                         code points; severity "error" | "warning" | "info";
//                                         without column the whole line; mark([]) takes all away
//   editor.go(line, column)               puts the cursor there and shows it
//   editor.destroy()                      gives the textarea back

import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import {
  HighlightStyle,
  bracketMatching,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

export { sparql, turtle } from "./terse.js";

const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: "light-dark(#7a3e9d, #d0a6ee)", fontWeight: "600" },
  { tag: tags.standard(tags.variableName), color: "light-dark(#7a3e9d, #d0a6ee)" },
  { tag: tags.function(tags.variableName), color: "light-dark(#7a3e9d, #d0a6ee)" },
  { tag: tags.variableName, color: "light-dark(#9a4a00, #f0b072)" },
  { tag: tags.url, color: "light-dark(#17607f, #7cc4e0)" },
  { tag: tags.namespace, color: "light-dark(#55636b, #a3b1b8)" },
  { tag: tags.propertyName, color: "light-dark(#17607f, #7cc4e0)" },
  { tag: tags.labelName, color: "light-dark(#55636b, #a3b1b8)" },
  { tag: tags.string, color: "light-dark(#226b2c, #9ad29f)" },
  { tag: [tags.number, tags.bool], color: "light-dark(#8a2f52, #f2a3bf)" },
  { tag: tags.meta, color: "light-dark(#55636b, #a3b1b8)" },
  { tag: tags.comment, color: "light-dark(#55636b, #a3b1b8)", fontStyle: "italic" },
]);

const LOOK = EditorView.theme({
  "&": {
    backgroundColor: "var(--raised)",
    color: "var(--ink)",
    border: "1px solid var(--quiet)",
    borderRadius: "0.6rem",
    overflow: "hidden",
    fontSize: "0.9rem",
  },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": {
    fontFamily: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace',
    lineHeight: "1.55",
    maxHeight: "70vh",
    overflow: "auto",
  },
  ".cm-content": { padding: "0.6rem 0", caretColor: "var(--ink)" },
  ".cm-content, .cm-gutter": { minHeight: "9rem" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  ".cm-gutters": {
    backgroundColor: "var(--code)",
    color: "var(--quiet)",
    borderRight: "1px solid var(--line)",
  },
  ".cm-activeLine, .cm-activeLineGutter": {
    backgroundColor: "color-mix(in srgb, var(--accent) 7%, transparent)",
  },
  "& .cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground":
    { background: "color-mix(in srgb, var(--accent) 28%, transparent)" },
  "&.cm-focused .cm-matchingBracket": {
    backgroundColor: "color-mix(in srgb, var(--accent) 22%, transparent)",
    outline: "1px solid var(--accent)",
  },
  "&.cm-focused .cm-nonmatchingBracket": {
    backgroundColor: "color-mix(in srgb, var(--bad) 22%, transparent)",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--ink)",
    border: "1px solid var(--quiet)",
    borderRadius: "0.4rem",
    maxWidth: "min(34rem, 90vw)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { maxHeight: "16rem", fontFamily: "inherit" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.25rem 0.6rem" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--accent)",
    color: "var(--on-accent)",
  },
  ".cm-completionDetail": { color: "var(--quiet)", fontStyle: "normal", marginLeft: "0.8em" },
  "li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-completionMatchedText": { textDecoration: "underline", fontWeight: "600" },
  ".cm-completionInfo": { padding: "0.5rem 0.7rem", font: "0.9rem/1.45 system-ui, sans-serif" },
  ".cm-diagnostic": {
    padding: "0.4rem 0.7rem",
    font: "0.9rem/1.45 system-ui, sans-serif",
    borderLeftWidth: "4px",
    whiteSpace: "pre-wrap",
  },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
  ".cm-diagnostic-info": { borderLeftColor: "var(--accent)" },
  ".cm-lintRange-error, .cm-lintRange-warning, .cm-lintRange-info": {
    backgroundImage: "none",
    paddingBottom: "0",
    textDecoration: "underline wavy 1.5px",
    textUnderlineOffset: "0.25em",
  },
  ".cm-lintRange-error": {
    textDecorationColor: "var(--bad)",
    backgroundColor: "color-mix(in srgb, var(--bad) 16%, transparent)",
  },
  ".cm-lintRange-warning": { textDecorationColor: "var(--warn)" },
  ".cm-lintRange-info": { textDecorationColor: "var(--accent)" },
  ".cm-panels": { backgroundColor: "var(--code)", color: "var(--ink)" },
});

const GERMAN = {
  "Control character": "Steuerzeichen",
  "Selection deleted": "Auswahl gelöscht",
  Completions: "Vorschläge",
  Diagnostics: "Meldungen",
  "No diagnostics": "Keine Meldungen",
  close: "schließen",
  "current match": "hier",
};

/**
 * Put an editor in the place of `textarea`.
 *
 * `name` is what assistive technology calls it, `help` the id of the text that describes it;
 * `extensions` and `keys` are added before those of all editors.
 */
export function mount(textarea, { language, lang, name, help, extensions = [], keys = [] }) {
  const host = document.createElement("div");
  host.className = "editor";
  textarea.before(host);
  const shadow = host.attachShadow({ mode: "open" });
  const description = textarea.ownerDocument.getElementById(help ?? "")?.textContent.trim();
  const view = new EditorView({
    parent: shadow,
    root: shadow,
    state: EditorState.create({
      doc: textarea.value,
      extensions: [
        extensions,
        keymap.of([
          ...keys,
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          ...lintKeymap,
        ]),
        everyEditor(lang),
        language,
        EditorView.contentAttributes.of({
          "aria-label": name,
          tabindex: "0",
          lang: "zxx",
          ...(description ? { "aria-description": description } : {}),
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) textarea.value = update.state.doc.toString();
        }),
      ],
    }),
  });
  textarea.hidden = true;
  const label = textarea.labels?.[0];
  const focus = () => view.focus();
  label?.addEventListener("click", focus);
  return {
    host,
    view,
    get text() {
      return view.state.doc.toString();
    },
    set text(text) {
      const { doc } = view.state;
      view.dispatch({ changes: { from: 0, to: doc.length, insert: text }, selection: { anchor: 0 } });
    },
    mark: (findings) => mark(view, findings, lang),
    go: (line, column) => go(view, line, column),
    destroy() {
      label?.removeEventListener("click", focus);
      view.destroy();
      host.remove();
      textarea.hidden = false;
    },
  };
}

/** Show a text that can be read and selected, not changed, in `place`; returns its EditorView. */
export function show(place, text, { language, lang, name }) {
  const host = document.createElement("div");
  host.className = "editor";
  place.replaceChildren(host);
  const shadow = host.attachShadow({ mode: "open" });
  return new EditorView({
    parent: shadow,
    root: shadow,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorState.readOnly.of(true),
        keymap.of(defaultKeymap),
        lineNumbers(),
        highlightSpecialChars(),
        drawSelection(),
        bracketMatching(),
        EditorView.lineWrapping,
        syntaxHighlighting(COLOURS),
        LOOK,
        lang === "de" ? EditorState.phrases.of(GERMAN) : [],
        language,
        EditorView.contentAttributes.of({
          "aria-label": name,
          "aria-readonly": "true",
          tabindex: "0",
          lang: "zxx",
        }),
      ],
    }),
  });
}

function everyEditor(lang) {
  return [
    lineNumbers(),
    lintGutter(),
    highlightSpecialChars(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    drawSelection(),
    history(),
    indentOnInput(),
    indentUnit.of("  "),
    bracketMatching(),
    closeBrackets(),
    TYPED_OVER,
    EditorView.lineWrapping,
    syntaxHighlighting(COLOURS),
    LOOK,
    lang === "de" ? EditorState.phrases.of(GERMAN) : [],
  ];
}

/**
 * What is typed over a selection is put in by us: the browser would do it with a style attribute,
 * to keep the colours of what was there, and the policy of the page has no such styles.
 */
const TYPED_OVER = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    if (event.inputType !== "insertText" || !event.data || empty || view.composing) return false;
    const { data } = event;
    const insert = () =>
      view.state.update(view.state.replaceSelection(data), { userEvent: "input.type", scrollIntoView: true });
    const handlers = view.state.facet(EditorView.inputHandler);
    if (!handlers.some((handle) => handle(view, from, to, data, insert))) view.dispatch(insert());
    event.preventDefault();
    return true;
  },
});

function mark(view, findings, lang) {
  const diagnostics = findings
    .map((finding) => diagnostic(view.state.doc, finding, lang))
    .sort((one, other) => one.from - other.from);
  view.dispatch(setDiagnostics(view.state, diagnostics));
}

function diagnostic(doc, { line, column, message, severity = "error", proposal }, lang) {
  const { from, to } = range(doc, line, column);
  const hint = lang === "de" ? "Vorschlag: " : "Proposal: ";
  const text = proposal ? `${message}\n${hint}${proposal}` : message;
  return { from, to, severity, message: text };
}

/** The word at a place, or the line if there is no column. */
function range(doc, line, column) {
  const found = doc.line(Math.min(Math.max(line || 1, 1), doc.lines));
  if (!column) return { from: found.from + /^\s*/.exec(found.text)[0].length, to: found.to };
  const from = Math.min(found.from + units(found.text, column), found.to);
  const rest = found.text.slice(from - found.from);
  const word = /^(?:[?$]?[\p{L}\p{N}_:.-]+|\S)/u.exec(rest);
  if (word) return { from, to: from + word[0].length };
  return { from: Math.max(found.from, from - 1), to: Math.min(from + 1, found.to) };
}

/** UTF-16 units before the code point in `column`. */
function units(text, column) {
  return [...text].slice(0, column - 1).join("").length;
}

function go(view, line, column) {
  const { from } = range(view.state.doc, line, column);
  view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
  view.focus();
}
