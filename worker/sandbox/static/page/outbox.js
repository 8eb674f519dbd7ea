// Sending. Each call is a stanza of its own; only this page's own repetitions of a stanza carry its name again.

import { MsgModel, addToChat, ensureChat } from './stores.js';
import { forget, remember, remembered } from './profile.js';

const pageName = crypto.randomUUID();
const pending = new Map();
let calls = 0;
let wire;

export function useWire(given) {
  wire = given;
  wire.on('lost', keepPending);
}

export function addAndSendMsgToChat(chat, raw) {
  const model = new MsgModel({ ...raw });
  addToChat(ensureChat(chat.id), model);
  return [Promise.resolve(model), send(`${pageName}/${++calls}`, model, stanzaOf(model))];
}

function stanzaOf(model) {
  const { id, type, body, caption, quotedStanzaID } = model;
  const extra = quotedStanzaID ? { quotedStanzaID } : {};
  return { to: String(id.remote), id: id.id, type, body: String(caption || body || ''), extra };
}

async function send(name, model, stanza) {
  pending.set(name, { ...stanza, key: String(model.id), t: model.t });
  if (!wire.isOpen) keepPending();
  const answer = await wire.request({ op: 'send', stanza: name, ...stanza });
  pending.delete(name);
  if (pending.size === 0 && kept) await dropKept();
  if (answer.error) {
    model.set('ack', -1);
    return { messageSendResult: 'ERROR_UNKNOWN', t: model.t, count: null };
  }
  if (model.ack < answer.ack) model.set('ack', answer.ack);
  return { messageSendResult: 'OK', t: answer.t, count: null };
}

// What no server has taken outlives the page in the browser's profile, as it does on WhatsApp Web.
let kept = false;

function keepPending() {
  if (pending.size === 0) return;
  kept = true;
  remember('outbox', [...pending.entries()]).catch(console.error);
}

async function dropKept() {
  kept = false;
  await forget('outbox');
}

export async function sendKept(account, makeKey) {
  const entries = (await remembered('outbox')) || [];
  kept = entries.length > 0;
  for (const [name, { key: text, t, ...stanza }] of entries) {
    const key = makeKey(text);
    const from = key.remote.isUser() && !key.remote.isLid() ? account.me : account.lid;
    const model = new MsgModel({
      id: key, type: stanza.type, body: stanza.body, t, from, to: key.remote, self: 'out', ack: 0, isNewMsg: false,
      local: true,
    });
    addToChat(ensureChat(key.remote), model);
    send(name, model, stanza);
  }
}
