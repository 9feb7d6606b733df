// Adds an island's stylesheet once; a constructed sheet needs no inline style and so passes a strict style-src.
const added = new Set();

export function addSheet(css) {
  if (added.has(css)) return;
  added.add(css);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

/** An attribute or script part as JSON; a wrong one is said in the console and counts as absent. */
export function readJson(text, otherwise) {
  if (!text) return otherwise;
  try {
    return JSON.parse(text);
  } catch (error) {
    console.warn("expected JSON:", error.message);
    return otherwise;
  }
}

/** The text of a drawing. Errors are sentences for a person. */
export async function fetchText(src, t) {
  const answer = await fetch(src, { credentials: "same-origin", headers: { Accept: "application/xml, text/xml, */*" } });
  if (!answer.ok) throw new Error(t("The drawing could not be fetched (status {status}).", { status: answer.status }));
  return answer.text();
}
