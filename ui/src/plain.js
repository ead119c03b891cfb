// Texts for comparing: without case and accents, ß as ss; as the server does it.

export function plain(text) {
  return text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll("ß", "ss");
}
