// The draft of a form: on this device at every change, on the server three seconds later.
import { send } from "./post.js";
import * as store from "./store.js";

const SERVER_PAUSE = 3000;
const DEVICE_PAUSE = 300;
const RETRY_PAUSE = 20_000;
const DEVICE_PATIENCE = 5000;
const REST = 2000;

export class Draft {
  /** `url` may be empty: then only this device keeps it. `said(state, text)` hears "saving", "saved", "device" or "lost". */
  constructor(key, url, said) {
    this.id = store.idFor(key);
    this.url = url;
    this.said = said;
    this.edition = 0;
    this.confirmed = 0;
  }

  get unsaved() {
    return this.edition > this.confirmed;
  }

  /** What this device kept and the server has not got: {submission, files} or undefined. */
  async fromDevice() {
    // A browser may never answer (a database left locked by another tab): the form does not wait for it for ever.
    const patience = new Promise((resolve) => setTimeout(resolve, DEVICE_PATIENCE));
    const record = await Promise.race([store.get("drafts", this.id), patience]);
    return record && !record.synced ? record : undefined;
  }

  changed(submission, files) {
    this.edition += 1;
    this.submission = submission;
    this.files = files;
    clearTimeout(this.deviceTimer);
    this.deviceTimer = setTimeout(() => this.toDevice(false), DEVICE_PAUSE);
    this.serverTimer ??= setTimeout(() => this.toServer(), SERVER_PAUSE);
  }

  async toDevice(synced) {
    clearTimeout(this.deviceTimer);
    const record = { id: this.id, person: store.person(), at: Date.now(), submission: this.submission, files: this.files, synced };
    return (await store.put("drafts", record)) !== undefined;
  }

  async toServer() {
    clearTimeout(this.serverTimer);
    this.serverTimer = undefined;
    if (this.closed || !this.unsaved) return;
    const edition = this.edition;
    if (!this.url) {
      if (await this.toDevice(false)) this.confirmed = Math.max(this.confirmed, edition);
      this.said("device");
      return;
    }
    this.said("saving");
    this.flying = send(this.url, { method: "PUT", body: { submission: this.submission } });
    const outcome = await this.flying;
    this.flying = undefined;
    if (this.closed) return;
    if (outcome.kind === "done") {
      this.confirmed = Math.max(this.confirmed, edition);
      // A file that is not with the server yet lies on this device alone, so a draft with such files stays "not yet with the server" on this device.
      if (!this.unsaved) await this.toDevice(!this.files?.length);
      this.said("saved", outcome.data.saved_at);
    } else {
      const kept = await this.toDevice(false);
      this.said(kept ? "device" : "lost", outcome.kind === "refused" ? outcome.data.message : "");
      this.serverTimer ??= setTimeout(() => this.toServer(), RETRY_PAUSE);
    }
    if (this.unsaved) this.serverTimer ??= setTimeout(() => this.toServer(), SERVER_PAUSE);
  }

  /** A submission is about to be sent: nothing is put on the server beside it, what is on its way may arrive first. */
  async rest() {
    clearTimeout(this.serverTimer);
    this.serverTimer = undefined;
    await Promise.race([this.flying, new Promise((resolve) => setTimeout(resolve, REST))]);
  }

  /** Nothing more is written; the device's copy goes when the server has the submission, and stays when it waits in the outbox. */
  async close({ forget }) {
    this.closed = true;
    clearTimeout(this.serverTimer);
    clearTimeout(this.deviceTimer);
    this.confirmed = this.edition;
    if (forget) await store.remove("drafts", this.id);
  }
}
