// <camunda-form key="task-412" action="/…" draft-url="/…" submit-label="…" [readonly]>
//   <script type="application/json" data-part="schema">…</script>  the .form as drawn
//   <script type="application/json" data-part="data">…</script>    what the form may read
//   <script type="application/json" data-part="draft">{"submission": {…}, "saved_at": "09:31"}</script>  optional
// Sends POST action: {"submission": {…}}; header Idempotency-Key. A file goes at once to POST <action>/files (or `files-url`), part "file";
// what that answers ({"id", "name", "type", "size", "sha256"}) stands in the submission.
// Reads 2xx {"next": url, "message": text}; 4xx {"message": text, "fields": {key: [text]}}; drafts: PUT draft-url → {"saved_at": text}.
// When drawn it has the attribute `ready`; `warnings` holds what form-js said; `state` is clean, dirty, saved, device, sending, waiting or done.
import { Form } from "@bpmn-io/form-js-viewer";
import flatpickr from "flatpickr";
import { Mandarin } from "flatpickr/dist/l10n/zh.js";
import css from "./form.css?sheet";
import { fileFields } from "./file-field.js";
import { Uploads } from "./file-uploads.js";
import { Draft } from "./form-draft.js";
import { countErrors, placeErrors } from "./form-errors.js";
import * as outbox from "./outbox.js";
import { newKey, send } from "./post.js";
import { addSheet, readJson } from "./sheets.js";
import { toast } from "./toast.js";
import { t, tag } from "./words.js";

class CamundaForm extends HTMLElement {
  async connectedCallback() {
    if (this.form) return;
    addSheet(css);
    if (tag().startsWith("zh")) flatpickr.localize(Mandarin);
    const part = (name) => readJson(this.querySelector(`script[data-part="${name}"]`)?.textContent, undefined);
    const [schema, data, draft] = [part("schema"), part("data") ?? {}, part("draft")];
    this.readonly = this.hasAttribute("readonly") || !this.getAttribute("action");
    this.uploads = new Uploads(this.readonly ? "" : this.getAttribute("files-url") || `${this.getAttribute("action").split("?")[0]}/files`);
    this.draft = new Draft(this.getAttribute("key") ?? location.pathname, this.getAttribute("draft-url"), (state, text) => this.tellSaved(state, text));
    try {
      await this.draw(schema, data, draft);
    } catch (error) {
      const text = document.createElement("p");
      text.className = "x-island-failed";
      text.setAttribute("role", "alert");
      text.textContent = [t("This form cannot be shown."), error.message ?? error].join(" ");
      this.replaceChildren(text);
      this.setAttribute("failed", error.message ?? String(error));
    }
  }

  disconnectedCallback() {
    removeEventListener("beforeunload", this.guard);
    removeEventListener("online", this.retry);
    document.removeEventListener("xiaohao:sent", this.sent);
    this.uploads?.close();
    if (this.draft?.unsaved) this.draft.toServer();
  }

  async draw(schema, data, draft) {
    if (!schema) throw new Error(t("The drawing of the form is missing."));
    const local = this.readonly ? undefined : await this.onDevice();
    // form-js waits 300 ms before it believes a keystroke, and forgets it when another field changes meanwhile.
    this.form = new Form({
      debounce: false,
      properties: { readOnly: this.readonly },
      additionalModules: [{ translate: ["value", t] }, fileFields(this.uploads)],
    });
    this.uploads.use(this.form.get("fileRegistry"));
    const files = local?.files ?? [];
    this.form.on("import.done", () => {
      const registry = this.form.get("fileRegistry");
      const byName = new Map();
      for (const [name, file] of files) byName.set(name, [...(byName.get(name) ?? []), file]);
      for (const [name, chosen] of byName) registry.setFiles(name, chosen);
    });
    const known = this.readonly ? {} : (local?.submission ?? draft?.submission ?? {});
    const { warnings } = await this.form.importSchema(schema, { ...data, ...known });
    this.build(schema);
    this.form.attachTo(this.place);
    this.setAttribute("warnings", JSON.stringify(warnings.map((one) => one.message ?? String(one))));
    this.state("clean");
    if (!this.readonly) this.listen();
    if (local) {
      this.tellSaved("device");
      this.note(t("What you typed before is back; it had not reached the server."), "info");
      this.touch();
    } else if (draft) this.tellSaved("saved", draft.saved_at);
    if (!this.readonly) {
      const refused = await outbox.refusalOf(this.draft.id);
      if (refused) this.note(refused, "danger");
      else if (await outbox.waitingFor(this.draft.id)) this.waiting();
    }
    this.setAttribute("ready", "");
  }

  /** What this device kept of the form: the submission that waits to be sent (of its files some may have arrived), or a later draft. */
  async onDevice() {
    const patience = new Promise((resolve) => setTimeout(resolve, 5000));
    const [typed, waits] = await Promise.all([this.draft.fromDevice(), Promise.race([outbox.waitingFor(this.draft.id), patience])]);
    return waits && !(typed?.at > waits.at) ? waits : typed;
  }

  build(schema) {
    this.messages = document.createElement("div");
    this.messages.className = "x-form-messages";
    this.messages.tabIndex = -1;
    this.place = document.createElement("div");
    this.place.className = "x-form";
    this.replaceChildren(this.messages, this.place);
    if (this.readonly) return;
    this.saved = document.createElement("span");
    this.saved.className = "x-saved";
    this.saved.setAttribute("role", "status");
    const bar = document.createElement("div");
    bar.className = "x-form-bar";
    bar.append(this.saved);
    if (!hasSubmitButton(schema)) {
      this.button = document.createElement("button");
      this.button.type = "button";
      this.button.className = "btn btn-primary x-submit";
      this.button.textContent = this.getAttribute("submit-label") || t("Submit");
      this.button.addEventListener("click", () => this.form.submit());
      bar.append(this.button);
    }
    this.append(bar);
  }

  listen() {
    this.form.on("field.updated", () => queueMicrotask(() => this.touch()));
    // Rows added to or taken from a dynamic list change the data without touching a field.
    let rows = JSON.stringify(this.answers());
    this.form.on("changed", () => {
      const now = JSON.stringify(this.answers());
      if (now !== rows) this.touch();
      rows = now;
    });
    this.form.on("submit", ({ data, errors }) => this.submit(data, errors));
    this.guard = (event) => {
      if (this.draft.unsaved) event.preventDefault();
    };
    this.retry = () => this.draft.toServer();
    this.sent = (event) => {
      if (event.detail.draft === this.draft.id) this.finish({});
    };
    addEventListener("beforeunload", this.guard);
    addEventListener("online", this.retry);
    document.addEventListener("xiaohao:sent", this.sent);
  }

  state(name) {
    this.setAttribute("state", name);
  }

  /** Everything typed so far, also in fields that are hidden for the moment. */
  answers() {
    const { data } = this.form._getState();
    const typed = {};
    for (const component of this.form.get("formFieldRegistry").getAll()) {
      const [root] = this.form.get("pathRegistry").getValuePath(component) ?? [];
      if (root && component.type !== "default" && !component.disabled && root in data) typed[root] = data[root];
    }
    return this.uploads.resolve(structuredClone(typed));
  }

  files() {
    return [...this.form.get("fileRegistry").getAllFiles()].flatMap(([name, files]) => files.map((file) => [name, file]));
  }

  touch() {
    if (this.draft.closed) return;
    this.state("dirty");
    this.draft.changed(this.answers(), this.files());
  }

  tellSaved(state, text = "") {
    if (!this.saved) return;
    const words = {
      saving: t("Saving …"),
      saved: text ? t("Saved {time}", { time: text }) : t("Saved"),
      device: text || t("Kept on this device; the server will get it when there is a connection."),
      lost: t("Not saved: no connection, and this device keeps nothing. Do not leave the page."),
    };
    this.saved.textContent = words[state];
    this.saved.dataset.state = state;
    if (state !== "saving") this.state(state === "lost" ? "dirty" : state);
  }

  note(text, kind, items = []) {
    const box = document.createElement("div");
    box.className = `alert alert-${kind} x-alert`;
    box.setAttribute("role", kind === "danger" ? "alert" : "status");
    const words = document.createElement("div");
    words.append(text);
    if (items.length) {
      const list = document.createElement("ul");
      for (const item of items) list.append(Object.assign(document.createElement("li"), { textContent: item }));
      words.append(list);
    }
    box.append(words);
    this.messages.replaceChildren(box);
  }

  async submit(data, errors) {
    if (this.sending) return;
    this.messages.replaceChildren();
    const wrong = countErrors(errors);
    if (wrong) {
      this.note(t("{count} answers need another look.", { count: wrong }), "danger");
      this.showFirst();
      return;
    }
    this.busy(true);
    await this.draft.rest();
    const { answers, left, refused } = await this.uploads.finish(data);
    if (refused) {
      this.busy(false);
      this.state("dirty");
      this.note(t("{count} files were not taken; take them out or choose others.", { count: refused }), "danger");
      this.querySelector(".x-file[data-state=refused]")?.scrollIntoView({ block: "center" });
      return;
    }
    const same = JSON.stringify(answers);
    // The same answers sent again are the same submission; changed answers are a new one.
    if (this.lastSent !== same || !this.key) [this.lastSent, this.key] = [same, newKey()];
    await outbox.withdraw(this.draft.id);
    const outcome = left.length
      ? { kind: "unsent" }
      : await send(this.getAttribute("action"), { body: { submission: answers }, key: this.key, timeout: 60_000 });
    this.busy(false);
    if (outcome.kind === "done") await this.finish(outcome.data);
    else if (outcome.kind === "refused") this.refused(outcome);
    else await this.later(answers, left);
  }

  busy(on) {
    this.sending = on;
    if (on) this.state("sending");
    if (this.button) this.button.disabled = on;
    this.toggleAttribute("aria-busy", on);
  }

  async finish(answer) {
    await this.draft.close({ forget: true });
    this.state("done");
    this.form.setProperty("readOnly", true);
    if (this.saved) this.saved.textContent = "";
    this.button?.remove();
    this.note(answer.message || t("Received."), "success");
    this.dispatchEvent(new CustomEvent("form-done", { bubbles: true, detail: answer }));
    // Only a path of this site is followed.
    if (answer.next && new URL(answer.next, location.href).origin === location.origin) location.assign(answer.next);
  }

  refused({ status, data }) {
    this.key = undefined;
    const { errors, rest } = placeErrors(this.form, data.fields);
    this.form._setState({ errors });
    this.note(
      data.message || (status === 403 ? t("You may not do this.") : t("The server did not take it.")),
      "danger",
      rest.map(([where, text]) => (where ? `${where}: ${text}` : text)),
    );
    this.state("dirty");
    if (this.draft.unsaved) this.touch();
    if (countErrors(errors)) this.showFirst();
    else this.messages.scrollIntoView({ block: "center" });
  }

  async later(data, files) {
    await this.draft.toDevice(false);
    const title = document.querySelector("h1")?.textContent.trim() || document.title;
    const kept = await outbox.keep({
      draft: this.draft.id, url: this.getAttribute("action"), filesUrl: this.uploads.url, submission: data, files, key: this.key,
      page: location.pathname, title,
    });
    if (kept) this.waiting();
    else this.note(t("Not sent: no connection. Stay on this page and try again."), "danger");
  }

  waiting() {
    this.state("waiting");
    this.note(t("No connection. Your answers are kept on this device and will be sent as soon as there is one. You may leave this page."), "warning");
    this.draft.confirmed = this.draft.edition;
    toast(t("Kept; it will be sent later."));
  }

  showFirst() {
    requestAnimationFrame(() => {
      const field = this.querySelector(".fjs-has-errors");
      (field ?? this.messages).scrollIntoView({ block: "center" });
      field?.querySelector("input, textarea, select, button")?.focus({ preventScroll: true });
    });
  }
}

function hasSubmitButton(part) {
  return (part.components ?? []).some((one) => (one.type === "button" && (one.action ?? "submit") === "submit") || hasSubmitButton(one));
}

customElements.define("camunda-form", CamundaForm);
