// Submissions that could not be sent: kept on the device and sent when the page opens or the network comes back.
// Each carries its Idempotency-Key, so the server takes it once however often it arrives.
import { settle } from "./file-uploads.js";
import { newKey, send } from "./post.js";
import * as store from "./store.js";
import { toast } from "./toast.js";
import { t } from "./words.js";

let flushing = false;

/** Keep a submission; resolves to false where this device keeps nothing. `files` is [[name, File], …]. */
export async function keep({ draft, url, filesUrl, submission, files, key, page, title }) {
  const record = { id: store.idFor(key), person: store.person(), at: Date.now(), draft, url, filesUrl, submission, files, key: key ?? newKey(), page, title };
  const kept = await store.put("outbox", record);
  await show();
  return kept !== undefined;
}

export async function waitingFor(draft) {
  return (await store.mine("outbox")).find((record) => record.draft === draft && !record.refused);
}

/** Why the last submission of a draft was refused after the person had left the page; asking takes the record away. */
export async function refusalOf(draft) {
  const record = (await store.mine("outbox")).find((one) => one.draft === draft && one.refused);
  if (record) await store.remove("outbox", record.id);
  await show();
  return record?.refused;
}

/** Take back what is waiting for a draft, because a newer submission replaces it. */
export async function withdraw(draft) {
  for (const record of await store.mine("outbox")) if (record.draft === draft) await store.remove("outbox", record.id);
  await show();
}

/** Send everything that waits. What the server refuses stays with its reason until the person has opened it. */
export async function flush() {
  if (flushing || !store.person()) return;
  flushing = true;
  try {
    for (const record of await store.mine("outbox")) {
      if (record.refused) continue;
      const outcome = await sendRecord(record);
      if (outcome.kind === "unsent") break;
      if (outcome.kind === "done") {
        await store.remove("outbox", record.id);
        if (record.draft) await store.remove("drafts", record.draft);
        toast(t("Sent: {title}", { title: record.title }), { tone: "success" });
        document.dispatchEvent(new CustomEvent("xiaohao:sent", { detail: { draft: record.draft } }));
      } else if (outcome.status === 401) {
        break;
      } else {
        await store.put("outbox", { ...record, refused: outcome.data.message || t("The server did not take it.") });
        tell({ ...record, refused: outcome.data.message });
      }
    }
  } finally {
    flushing = false;
    await show();
  }
}

// The files go first, one by one; what has gone is noted, so that a connection that breaks again loses nothing and sends nothing twice.
async function sendRecord(record) {
  const keepOn = (submission, files) => store.put("outbox", Object.assign(record, { submission, files }));
  const sent = record.files?.length ? await settle(record.filesUrl, record.submission, record.files, keepOn) : record;
  if (sent.kind === "refused" || sent.kind === "unsent") return sent;
  return send(record.url, { body: { submission: sent.submission }, key: record.key });
}

async function show() {
  const badge = document.querySelector("[data-offline]");
  if (!badge) return;
  const count = (await store.mine("outbox")).length;
  badge.hidden = navigator.onLine && !count;
  const words = count ? t("{count} not sent yet", { count }) : t("Offline");
  badge.querySelector("[data-offline-text]").textContent = words;
}

// A refused submission goes when its page is opened, where the answers still stand, or when the person closes the message.
function tell(record) {
  const words = record.refused ? t("Not taken: {title}", { title: `${record.title} – ${record.refused}` }) : record.title;
  const discard = async () => {
    await store.remove("outbox", record.id);
    await show();
  };
  toast(words, { tone: record.refused ? "error" : "info", url: record.page, action: t("Open"), onClose: record.refused ? discard : undefined });
}

export function start() {
  document.querySelector("[data-offline]")?.addEventListener("click", async () => {
    await flush();
    for (const record of await store.mine("outbox")) tell(record);
  });
  addEventListener("online", flush);
  addEventListener("offline", show);
  show();
  flush();
}
