// What the islands say, in the reader's language: the page loads its catalogue before any island runs.
// A sentence is its own English msgid with {params}; `t("…")` is collected into web/translations.
export function t(template, params = {}) {
  const text = self.xiaohaoMessages?.[template] ?? template;
  return text.replace(/{([^{}]+)}/g, (whole, name) => (name in params ? String(params[name]) : whole));
}

export const tag = () => document.documentElement.lang || "zh-CN";
