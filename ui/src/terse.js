// Turtle and SPARQL as CodeMirror reads them for colours, brackets and indentation: a tokenizer
// for what the two languages share, with the words of each. What is wrong is for the server to say.

import { LanguageSupport, StreamLanguage } from "@codemirror/language";

const SPARQL_WORDS = words(`
  ADD ALL AS ASC ASK BASE BIND BY CLEAR CONSTRUCT COPY CREATE DATA DEFAULT DELETE DESC DESCRIBE
  DISTINCT DROP EXISTS FILTER FROM GRAPH GROUP HAVING IN INSERT INTO LIMIT LOAD MINUS MOVE NAMED
  NOT OFFSET OPTIONAL ORDER PREFIX REDUCED SELECT SEPARATOR SERVICE SILENT TO UNDEF UNION USING
  VALUES VERSION WHERE WITH A`);
const SPARQL_FUNCTIONS = words(`
  ABS AVG BNODE BOUND CEIL COALESCE CONCAT CONTAINS COUNT DATATYPE DAY ENCODE_FOR_URI FLOOR
  GROUP_CONCAT HOURS IF IRI ISBLANK ISIRI ISLITERAL ISNUMERIC ISTRIPLE ISURI LANG LANGDIR
  LANGMATCHES LCASE MAX MD5 MIN MINUTES MONTH NOW OBJECT PREDICATE RAND REGEX REPLACE ROUND
  SAMETERM SAMPLE SECONDS SHA1 SHA256 SHA384 SHA512 STR STRAFTER STRBEFORE STRDT STRENDS STRLANG
  STRLANGDIR STRLEN STRSTARTS STRUUID SUBJECT SUBSTR SUM TIMEZONE TRIPLE TZ UCASE URI UUID YEAR`);
const TURTLE_WORDS = words("A BASE GRAPH PREFIX VERSION");
const NONE = new Set();

const IRI = /^<(?:[^\x00-\x20<>"{}|^`\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>/;
const SHORT = /^(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)/;
const LONG = /^(?:"""|''')/;
const NUMBER = /^[+-]?(?:\d*\.\d+|\d+)(?:[eE][+-]?\d+)?/;
const BLANK = /^_:[\p{L}\p{N}_](?:[\p{L}\p{N}_.·-]*[\p{L}\p{N}_·-])?/u;
const PREFIX = /^(?:\p{L}(?:[\p{L}\p{N}_.·-]*[\p{L}\p{N}_·-])?)?:/u;
const LOCAL =
  /^(?:[\p{L}\p{N}_:]|%[0-9A-Fa-f]{2}|\\.)(?:(?:[\p{L}\p{N}_:.·-]|%[0-9A-Fa-f]{2}|\\.)*(?:[\p{L}\p{N}_:·-]|%[0-9A-Fa-f]{2}|\\.))?/u;
const VARIABLE = /^[?$][\p{L}\p{N}_·]+/u;
const TAG = /^@[A-Za-z]+(?:-[A-Za-z0-9]+)*/;
const WORD = /^[A-Za-z_][A-Za-z0-9_]*/;

function words(text) {
  return new Set(text.trim().split(/\s+/));
}

function inLongString(stream, state) {
  for (let next; (next = stream.next()) !== undefined; ) {
    if (next === "\\") stream.next();
    else if (next === state.quote[0] && stream.match(state.quote.slice(1))) {
      state.quote = "";
      break;
    }
  }
  return "string";
}

function reader(name, keywords, functions) {
  return {
    name,
    startState: () => ({ quote: "", depth: 0, inName: false }),
    copyState: (state) => ({ ...state }),
    token(stream, state) {
      if (state.quote) return inLongString(stream, state);
      if (state.inName) {
        state.inName = false;
        if (stream.match(LOCAL)) return "propertyName";
      }
      if (stream.eatSpace()) return null;
      if (stream.peek() === "#") {
        stream.skipToEnd();
        return "comment";
      }
      if (stream.match(LONG)) {
        state.quote = stream.current();
        return inLongString(stream, state);
      }
      if (stream.match(IRI)) return "url";
      if (stream.match(SHORT)) return "string";
      if (stream.match(NUMBER)) return "number";
      if (stream.match(BLANK)) return "labelName";
      if (stream.match(PREFIX)) {
        state.inName = true;
        return "namespace";
      }
      if (stream.match(VARIABLE)) return "variableName";
      if (stream.match(TAG)) return /^@(?:prefix|base|version)$/.test(stream.current()) ? "keyword" : "meta";
      if (stream.match(WORD)) return word(stream.current());
      return sign(stream.next(), state);
    },
    indent(state, after, context) {
      if (state.quote) return null;
      const closes = /^[\]})]/.test(after) ? 1 : 0;
      return Math.max(0, state.depth - closes) * context.unit;
    },
    languageData: {
      commentTokens: { line: "#" },
      closeBrackets: { brackets: ["(", "[", "{", '"', "'"] },
      indentOnInput: /^\s*[\]})]$/,
    },
  };

  function word(text) {
    const upper = text.toUpperCase();
    if (text === "true" || text === "false") return "bool";
    if (upper === "A") return text === "a" ? "keyword" : null;
    if (keywords.has(upper)) return "keyword";
    return functions.has(upper) ? "variableName.function" : null;
  }

  function sign(character, state) {
    if ("{[(".includes(character)) state.depth += 1;
    else if ("}])".includes(character)) state.depth = Math.max(0, state.depth - 1);
    else return ".;,".includes(character) ? "punctuation" : "operator";
    return "bracket";
  }
}

const SPARQL = StreamLanguage.define(reader("sparql", SPARQL_WORDS, SPARQL_FUNCTIONS));
const TURTLE = StreamLanguage.define(reader("turtle", TURTLE_WORDS, NONE));

export const sparql = () => new LanguageSupport(SPARQL);
export const turtle = () => new LanguageSupport(TURTLE);
export const KEYWORDS = [...SPARQL_WORDS].filter((one) => one !== "A");
export const FUNCTIONS = [...SPARQL_FUNCTIONS];
