// One way to send something: same origin, CSRF token, JSON back, and an outcome that is never an exception.
import { t } from "./words.js";

export const csrfToken = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/**
 * Send JSON (or a FormData) and say what became of it.
 * `kind` is "done" (2xx), "refused" (the server understood and said no: 4xx), or "unsent" (offline, timeout, 5xx, 429).
 */
export async function send(url, { method = "POST", body, key, timeout = 30_000 } = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken(), "X-Requested-With": "XMLHttpRequest" };
  if (key) headers["Idempotency-Key"] = key;
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeout);
  try {
    const answer = await fetch(url, {
      method, headers, signal: limit.signal, credentials: "same-origin", redirect: "manual",
      body: body === undefined ? undefined : isForm ? body : JSON.stringify(body),
    });
    if (answer.type === "opaqueredirect" || answer.status === 401)
      return { kind: "refused", status: 401, data: { message: t("You are logged out. What you typed is kept on this device; log in again and go on.") } };
    const data = await readJson(answer);
    if (answer.ok) return { kind: "done", status: answer.status, data };
    const later = answer.status >= 500 || answer.status === 429 || answer.status === 408;
    return { kind: later ? "unsent" : "refused", status: answer.status, data };
  } catch {
    return { kind: "unsent", status: 0, data: {} };
  } finally {
    clearTimeout(timer);
  }
}

async function readJson(answer) {
  if (!(answer.headers.get("Content-Type") ?? "").includes("json")) return {};
  try {
    return (await answer.json()) ?? {};
  } catch {
    return {};
  }
}

/** A key no other submission has; `crypto.randomUUID` is missing where a site has no TLS. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
