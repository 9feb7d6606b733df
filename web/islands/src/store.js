// What is kept on this device: drafts not yet confirmed by the server, and submissions not yet sent. One database per site,
// every record under the person it belongs to. Where IndexedDB is refused (private windows), everything still works without it.
const NAME = "xiaohao";
let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("drafts", { keyPath: "id" });
      request.result.createObjectStore("outbox", { keyPath: "id" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function ask(store, mode, question) {
  try {
    const database = await open();
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode);
      const request = question(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } catch (error) {
    console.warn("this device keeps nothing:", error?.message ?? error);
    return undefined;
  }
}

export const person = () => document.documentElement.dataset.user ?? "";
export const idFor = (key) => `${person()}|${key}`;

export const get = (store, id) => ask(store, "readonly", (all) => all.get(id));
/** Resolves to the id when it is kept, to undefined when this device keeps nothing. */
export const put = (store, record) => ask(store, "readwrite", (all) => all.put(record));
export const remove = (store, id) => ask(store, "readwrite", (all) => all.delete(id));

/** This person's records of a store, oldest first. */
export async function mine(store) {
  const all = (await ask(store, "readonly", (records) => records.getAll())) ?? [];
  return all.filter((record) => record.person === person()).sort((a, b) => a.at - b.at);
}
