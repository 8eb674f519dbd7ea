// What the page does not hold is asked of the server: older messages, single ones, chats and accounts.

import { Wid, asWid } from './ids.js';
import { MsgCollectionImpl, MsgModel, attributesOf, findChat, learnContact, lidPnCache } from './stores.js';
import { introduceChat, markRead } from './inbox.js';

let wire;

export function useWire(given) {
  wire = given;
}

async function msgFindByDirection({ anchor, count, direction }) {
  const answer = await wire.request({
    op: 'history', chat: String(anchor.remote), anchor: anchor.id, direction,
    count: Number.isFinite(count) ? count : null,
  });
  return { messages: (answer.messages || []).map(attributesOf) };
}

export const messageSearch = {
  msgFindByDirection,
  msgFindBefore: (query) => msgFindByDirection({ ...query, direction: 'before' }),
  msgFindAfter: (query) => msgFindByDirection({ ...query, direction: 'after' }),
};

// Two parameters, by which clients tell how to call it.
export function getSearchContext(chat, key) {
  const collection = new MsgCollectionImpl();
  collection.loadAroundPromise = wire
    .request({ op: 'lookup', chat: String(chat.id), id: key.id })
    .then((answer) => {
      for (const told of answer.messages || []) collection.add(new MsgModel(attributesOf(told)));
    });
  return { collection };
}

export async function findOrCreateLatestChat(wid) {
  const known = findChat(wid);
  if (known) return { chat: known, created: false };
  const answer = await wire.request({ op: 'resolve', wid: String(wid) });
  if (!answer.chat) throw new Error(`${wid} is not on WhatsApp`);
  return { chat: introduceChat(answer.chat), created: true };
}

export async function queryWidExists(wid) {
  const answer = await wire.request({ op: 'resolve', wid: String(wid) });
  const contact = answer.chat?.contact;
  if (!contact) return null;
  learnContact(contact);
  return { wid: asWid(wid), biz: false, lid: new Wid(contact.lid) };
}

export async function sendSeen(given) {
  const chat = given.chat || given;
  if (chat.hasUnread || chat.unreadCount) wire.request({ op: 'seen', chat: String(chat.id), upto: chat.lastSeq });
  markRead(chat);
}

export async function markUnread(chat) {
  chat.set({ unreadCount: -1, hasUnread: true });
}

const typing = (state) => async (chat) => {
  wire.tell({ op: 'typing', chat: String(chat.id), state });
};

export const chatPresence = {
  markComposing: typing('composing'),
  markRecording: typing('recording'),
  markPaused: typing('paused'),
};

export const contactApi = {
  getPhoneNumber: lidPnCache.getPhoneNumber,
  getCurrentLid: lidPnCache.getCurrentLid,
};

