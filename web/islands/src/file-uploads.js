// Files on their way: each is sent as soon as it is chosen, one after the other. In an answer a file is a reference {id, name, type, size};
// an id that begins with `files::` is that of a file which is still on this device and lies in the registry of the form.
import { csrfToken, newKey } from "./post.js";
import { t } from "./words.js";

export const LARGEST = 20 * 1024 * 1024;
const LOCAL = "files::";
const PATIENCE = 180_000;

export const isLocal = (reference) => typeof reference?.id === "string" && reference.id.startsWith(LOCAL);

/** Send one file and say what became of it, as `send` does; `progress` hears how much has gone (0 to 1). */
export function sendFile(url, file, progress = () => {}) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.timeout = PATIENCE;
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onerror = request.ontimeout = request.onabort = () => resolve({ kind: "unsent", data: {} });
    request.onload = () => {
      const data = readJson(request);
      const { status } = request;
      if (status >= 200 && status < 300 && data.id) resolve({ kind: "done", data });
      else if (status === 401 || !status || status >= 500 || status === 429 || status === 408 || status < 400) resolve({ kind: "unsent", status, data });
      else resolve({ kind: "refused", status, data });
    };
    const body = new FormData();
    body.append("file", file, file.name);
    request.send(body);
  });
}

/** Replace references to local files by what the server gave for them; `found` is a Map from id to reference. */
export function replaced(value, found) {
  if (Array.isArray(value)) return value.map((one) => replaced(one, found));
  if (value && typeof value === "object") {
    if (isLocal(value)) return found.get(value.id) ?? value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaced(one, found)]));
  }
  return value;
}

/** The ids of local files anywhere in a value. */
export function localIds(value) {
  if (Array.isArray(value)) return value.flatMap(localIds);
  if (value && typeof value === "object") return isLocal(value) ? [value.id] : Object.values(value).flatMap(localIds);
  return [];
}

/** Send the files of a submission that waited on this device. `keep` hears what has gone, so that nothing is sent twice. */
export async function settle(url, submission, files, keep) {
  const wanted = new Set(localIds(submission));
  let left = files.filter(([id]) => wanted.has(id));
  for (const [id, file] of [...left]) {
    const outcome = await sendFile(url, file);
    if (outcome.kind !== "done") return { ...outcome, submission, files: left };
    submission = replaced(submission, new Map([[id, outcome.data]]));
    left = left.filter(([other]) => other !== id);
    await keep(submission, left);
  }
  return { kind: "done", submission, files: left, data: {} };
}

/** The files of one form. Listeners are told whenever something about a file has changed. */
export class Uploads {
  constructor(url) {
    this.url = url;
    this.done = new Map();
    this.states = new Map();
    this.listeners = new Set();
    this.line = Promise.resolve();
    this.retry = () => this.resume([...this.states.keys()].map((id) => ({ id })));
    addEventListener("online", this.retry);
  }

  /** The registry of the form, in which the form's draft finds the files that are still here. */
  use(registry) {
    this.registry = registry;
  }

  close() {
    removeEventListener("online", this.retry);
  }

  listen(hear) {
    this.listeners.add(hear);
    return () => this.listeners.delete(hear);
  }

  tell() {
    for (const hear of [...this.listeners]) hear();
  }

  /** A reference to a file that was just chosen; it is sent from now on. */
  add(file) {
    const reference = { id: `${LOCAL}${newKey()}`, name: file.name, type: file.type, size: file.size };
    if (!file.size) this.states.set(reference.id, { error: t("The file is empty; choose it again.") });
    else if (file.size > LARGEST) this.states.set(reference.id, { error: t("The file is larger than 20 MB.") });
    else {
      this.registry.setFiles(reference.id, [file]);
      this.start(reference.id);
    }
    return reference;
  }

  /** Go on sending what is here and has not arrived; what a draft of another device names is told to be missing. */
  resume(references) {
    for (const { id } of references.filter(isLocal)) {
      if (this.done.has(id)) continue;
      const state = this.states.get(id);
      if (this.registry.hasKey(id) && (!state || state.waiting)) this.start(id);
      else if (!this.registry.hasKey(id) && !state) this.states.set(id, { error: t("This file is on another device; take it out and choose it again.") });
    }
    this.tell();
  }

  forget(id) {
    this.registry.deleteFiles(id);
    this.states.delete(id);
  }

  start(id) {
    this.states.set(id, { progress: 0 });
    this.line = this.line.then(() => this.sendOne(id));
    return this.line;
  }

  async sendOne(id) {
    const [file] = this.registry.getFiles(id);
    if (!file || this.done.has(id) || !this.url) return;
    const outcome = await sendFile(this.url, file, (part) => {
      this.states.set(id, { progress: part });
      this.tell();
    });
    if (!this.states.has(id)) return;
    if (outcome.kind === "done") {
      this.done.set(id, outcome.data);
      this.forget(id);
    } else if (outcome.kind === "refused") {
      this.registry.deleteFiles(id);
      this.states.set(id, { error: outcome.data.message || t("The server did not take it.") });
    } else this.states.set(id, { waiting: true });
    this.tell();
  }

  state(id) {
    return this.states.get(id) ?? {};
  }

  resolve(value) {
    return replaced(value, this.done);
  }

  /** Try everything that is still here once more; afterwards `left` are the files that are not with the server, `refused` how many never will be. */
  async finish(value) {
    for (const id of localIds(value)) if (this.registry.hasKey(id) && this.state(id).waiting) this.start(id);
    await this.line;
    const answers = this.resolve(value);
    const ids = localIds(answers);
    return {
      answers,
      left: ids.filter((id) => this.registry.hasKey(id)).map((id) => [id, this.registry.getFiles(id)[0]]),
      refused: ids.filter((id) => !this.registry.hasKey(id)).length,
    };
  }
}

function readJson(request) {
  try {
    return JSON.parse(request.responseText) ?? {};
  } catch {
    return {};
  }
}
