// Frames from the server become models: new messages, acknowledgements, what was read elsewhere.

import { MsgKey, asWid } from './ids.js';
import {
  GroupMetadataCollection, MsgCollection, MsgModel, addToChat, attributesOf, chatStore, ensureChat, findChat, learnContact,
} from './stores.js';

// Through this object, because clients replace its functions to learn of receipts.
export const receipts = {
  handleChatSimpleReceipt: applyReceipt,
  handleGroupSimpleReceipt: applyReceipt,
  handleStatusSimpleReceipt: applyReceipt,
};

export function listenForFrames(wire) {
  wire.on('msg', (frame) => receive(frame.m));
  wire.on('ack', (frame) => handReceipt(new MsgKey(frame.key), frame.ack));
  wire.on('decrypted', (frame) => {
    MsgCollection.get(new MsgKey(frame.key))?.set({ body: frame.body, type: frame.type });
  });
  wire.on('read', (frame) => markRead(findChat(frame.chat)));
}

function receive(told) {
  for (const contact of told.contacts) learnContact(contact);
  const attributes = attributesOf(told);
  const chat = ensureChat(attributes.id.remote);
  if (chat.msgs.get(attributes.id)) return;
  const model = new MsgModel({ ...attributes, isNewMsg: true, recvFresh: true });
  addToChat(chat, model);
  if (!model.isSentByMe && !model.isNotification) chat.set({ unreadCount: Math.max(0, chat.unreadCount) + 1, hasUnread: true });
}

function handReceipt(key, ack) {
  const kind = key.remote.isGroup() ? 'Group' : key.remote.isStatus() ? 'Status' : 'Chat';
  receipts[`handle${kind}SimpleReceipt`]({
    from: key.remote, externalIds: [key.id], ack, ackString: ack === 3 ? 'read' : 'inactive',
    participant: key.participant, key,
  });
}

function applyReceipt({ key, ack }) {
  const message = MsgCollection.get(key);
  if (message && message.ack < ack) message.set('ack', ack);
}

export function markRead(chat) {
  chat?.set({ unreadCount: 0, hasUnread: false });
}

// The chats as they were when this page was last here.
export function fillChats(chats) {
  for (const told of chats) {
    if (told.contact) learnContact(told.contact);
    const chat = ensureChat(told.wid, told.name || undefined);
    chat.set({ t: Math.max(chat.t, told.t), unreadCount: told.unread, hasUnread: told.unread > 0 });
    if (told.members) GroupMetadataCollection.describe(chat.id, told.members);
    if (told.last) addToChat(chat, new MsgModel(attributesOf(told.last)));
  }
}

export function introduceChat(told) {
  if (told.contact) learnContact(told.contact);
  if (told.members) GroupMetadataCollection.describe(asWid(told.wid), told.members);
  return chatStore(asWid(told.wid)).get(told.wid) || ensureChat(told.wid, told.name || undefined);
}
