// What the browser profile remembers: the page's keys, its link, and messages that no server has taken yet.

const NAME = 'sandbox';
const STORE = 'state';

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

let database;

async function inStore(mode, act) {
  database ||= await opened();
  return new Promise((resolve, reject) => {
    // Strict, so that a browser that is killed right after linking is still linked.
    const transaction = database.transaction(STORE, mode, { durability: 'strict' });
    const request = act(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request && request.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

export const remembered = (name) => inStore('readonly', (store) => store.get(name));
export const remember = (name, value) => inStore('readwrite', (store) => store.put(value, name));
export const forget = (name) => inStore('readwrite', (store) => store.delete(name));

const randomKey = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));

export async function profileKeys() {
  const known = await remembered('keys');
  if (known) return known;
  const made = { noise: randomKey(), identity: randomKey(), secret: randomKey(), platform: '1' };
  await remember('keys', made);
  return made;
}
