// What the server said about a submission, put where form-js shows its own findings.

/**
 * Turn {"measures[0].name": ["…"]} into {errors: {<component id>: {0: ["…"]}}, rest: [["where", "…"]]}: form-js keys findings by component
 * id and row; whatever names no visible component (a hidden field, the whole form under "") goes into `rest`.
 */
export function placeErrors(form, fields) {
  const paths = form.get("pathRegistry");
  const components = form.get("formFieldRegistry").getAll();
  const byPath = new Map(components.filter((one) => one.key || one.path).map((one) => [(paths.getValuePath(one) ?? []).join("."), one]));
  const errors = {};
  const rest = [];
  for (const [where, texts] of Object.entries(fields ?? {})) {
    const steps = where.replace(/\[(\d+)\]/g, ".$1").split(".").filter(Boolean);
    const rows = steps.filter((step) => /^\d+$/.test(step)).map(Number);
    const plain = steps.filter((step) => !/^\d+$/.test(step)).join(".");
    const component = byPath.get(plain) ?? components.find((one) => one.id === where || one.key === where);
    if (!component || component.type === "default") {
      for (const text of texts) rest.push([component ? "" : where, text]);
      continue;
    }
    let place = errors;
    const route = [component.id, ...rows];
    for (const step of route.slice(0, -1)) place = place[step] ??= {};
    const last = route.at(-1);
    place[last] = [...(Array.isArray(place[last]) ? place[last] : []), ...texts];
  }
  return { errors, rest };
}

/** How many fields carry a finding. */
export function countErrors(errors) {
  if (Array.isArray(errors)) return errors.length ? 1 : 0;
  return Object.values(errors ?? {}).reduce((sum, one) => sum + countErrors(one), 0);
}
