// Frames from the server become models: new messages, acknowledgements, what was read elsewhere.

import { MsgKey, asWid } from './ids.js';
import { optionsOf } from './faults.js';
import {
  GroupMetadataCollection, MsgCollection, MsgModel, addToChat, attributesOf, chatStore, ensureChat, findChat, learnContact,
} from './stores.js';

const ALONE_MS = 1000;

// Through this object, because clients replace its functions to learn of receipts.
export const receipts = {
  handleChatSimpleReceipt: applyReceipt,
  handleGroupSimpleReceipt: applyReceipt,
  handleStatusSimpleReceipt: applyReceipt,
};

export function listenForFrames(wire) {
  wire.on('msg', (frame) => (optionsOf('events_swapped') || waiting ? swap(frame.m) : receive(frame.m)));
  wire.on('history', (frame) => frame.ms.forEach(recall));
  wire.on('ack', (frame) => {
    const hand = () => handReceipt(new MsgKey(frame.key), frame.ack);
    const late = optionsOf('acks_late');
    return late ? setTimeout(hand, late.delay_s * 1000) : hand();
  });
  wire.on('decrypted', (frame) => {
    MsgCollection.get(new MsgKey(frame.key))?.set({ body: frame.body, type: frame.type });
  });
  wire.on('read', (frame) => markRead(findChat(frame.chat)));
}

let waiting;

// The second of two messages comes first; one that stays alone comes late.
function swap(told) {
  if (!waiting) {
    waiting = { told, timer: setTimeout(passOn, ALONE_MS) };
    return;
  }
  receive(told);
  passOn();
}

function passOn() {
  const { told, timer } = waiting;
  clearTimeout(timer);
  waiting = undefined;
  receive(told);
}

// An old message, which a phone brings to a device that was just linked.
function recall(told) {
  const attributes = attributesOf(told);
  addToChat(ensureChat(attributes.id.remote), new MsgModel({ ...attributes, isNewMsg: false, isMdHistoryMsg: true }));
}

function receive(told) {
  for (const contact of told.contacts) learnContact(contact);
  const attributes = attributesOf(told);
  const chat = ensureChat(attributes.id.remote);
  if (chat.msgs.get(attributes.id)) return;
  const model = new MsgModel({ ...attributes, isNewMsg: true, recvFresh: true });
  addToChat(chat, model);
  if (optionsOf('events_twice')) MsgCollection.trigger('add', model, MsgCollection);
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
