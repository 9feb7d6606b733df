// Every page: htmx without eval, the CSRF token, messages, the outbox, and islands fetched when a page has them.
import htmx from "htmx.org";
import * as outbox from "./outbox.js";
import { csrfToken } from "./post.js";
import * as store from "./store.js";
import { toast } from "./toast.js";
import { t } from "./words.js";

self.htmx = htmx;
// No eval, no injected style or script, this site only; 422 brings a form back with what is wrong in it, so it is swapped in.
Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "422", swap: true },
    { code: "[45]..", swap: false, error: true },
  ],
});

const islands = {
  "bpmn-diagram": () => import("./diagram.js"),
  "dmn-table": () => import("./table.js"),
  "camunda-form": () => import("./form.js"),
  "task-desk": () => import("./desk.js"),
};

function fetchIslands(root) {
  for (const [name, load] of Object.entries(islands)) {
    if (customElements.get(name) || !(root.matches?.(name) || root.querySelector?.(name))) continue;
    load().catch(() => {
      for (const element of document.querySelectorAll(name)) {
        element.textContent = t("This part of the page could not be fetched. Load the page again.");
        element.classList.add("x-island-failed");
      }
    });
  }
}

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrfToken();
});
document.addEventListener("htmx:load", (event) => fetchIslands(event.detail.elt));
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  toast(status >= 500 ? t("Something went wrong inside; the administrator has been told.") : t("That was not possible. Load the page again."), { tone: "error" });
});
document.addEventListener("htmx:sendError", () => toast(t("No connection; nothing was changed."), { tone: "error" }));

// HX-Trigger: {"toast": {"text": "…", "tone": "success", "url": "…", "action": "…"}}
document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail));

document.addEventListener("click", (event) => {
  const all = event.target.closest?.("[data-tick-all]");
  if (all) for (const box of all.closest("form").querySelectorAll('input[type="checkbox"]:not(:disabled)')) box.checked = true;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// On a shared machine nothing of this person stays behind but what the server has not got yet.
document.addEventListener("submit", (event) => {
  if (!event.target.matches?.("[data-logout]") || event.target.dataset.cleared) return;
  event.preventDefault();
  store.mine("drafts").then(async (drafts) => {
    for (const draft of drafts) if (draft.synced) await store.remove("drafts", draft.id);
    event.target.dataset.cleared = "yes";
    event.target.submit();
  });
});

document.querySelector("[data-focus]")?.focus();
fetchIslands(document);
outbox.start();
