// Words and numbers in the language of the page.

export const lang = document.documentElement.lang === "de" ? "de" : "en";

export const t = (de, en) => (lang === "de" ? de : en);

export const number = (value) => value.toLocaleString(lang);

export function seconds(value) {
  const digits = value < 10 ? 2 : 1;
  return `${value.toLocaleString(lang, { maximumFractionDigits: digits })} s`;
}

export function bytes(value) {
  const [size, unit] = value < 1e6 ? [value / 1e3, "kB"] : [value / 1e6, "MB"];
  return `${size.toLocaleString(lang, { maximumFractionDigits: 1 })} ${unit}`;
}

/** An element with properties, attributes (names with a hyphen, role, lang …) and content. */
export function element(name, attributes = {}, ...content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...content);
  return made;
}
