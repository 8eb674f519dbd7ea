// The models and collections that clients read and listen to. The page keeps little of each chat; the rest is on
// the server.

import { Collection, Model } from './models.js';
import { MsgKey, Wid, asWid } from './ids.js';
import { account } from './account.js';

const KEPT_PER_CHAT = 50;
const KEPT_IN_ALL = 2000;

// Number and LID of the same account, as far as the server has told.
const partners = new Map();

const NOTICES = new Set([
  'notification', 'notification_template', 'group_notification', 'gp2', 'broadcast_notification', 'e2e_notification',
  'protocol',
]);
const MEDIA = new Set(['image', 'video', 'audio', 'ptt', 'sticker', 'document']);

export class MsgModel extends Model {
  get isSentByMe() {
    return Boolean(this.id?.fromMe);
  }

  get isGroupMsg() {
    return Boolean(this.id?.remote.isGroup());
  }

  get isStatusV3() {
    return Boolean(this.id?.remote.isStatus());
  }

  get isNotification() {
    return NOTICES.has(this.type);
  }

  get isMedia() {
    return MEDIA.has(this.type);
  }

  get isMMS() {
    return this.isMedia;
  }

  get isPSA() {
    return false;
  }

  get isLink() {
    return false;
  }

  get isEphemeral() {
    return false;
  }

  get sender() {
    return this.author || this.from;
  }

  get senderObj() {
    return ContactCollection.get(this.sender);
  }

  canReply() {
    return true;
  }

  msgContextInfo() {
    return {
      quotedMsg: { type: this.type, body: this.body },
      quotedParticipant: this.sender,
      quotedStanzaID: this.id.id,
      quotedRemoteJid: undefined,
    };
  }

  updateAck(ack) {
    this.set('ack', ack);
  }

  avParams() {
    return {};
  }
}
MsgModel.prototype.proxyName = 'msg';

export class ChatModel extends Model {
  get formattedTitle() {
    return this.name || this.contact?.formattedName || '+' + this.id?.user;
  }

  get isGroup() {
    return Boolean(this.id?.isGroup());
  }

  canSend() {
    return true;
  }

  getParticipantCount() {
    return 2;
  }
}
ChatModel.prototype.proxyName = 'chat';

export class ContactModel extends Model {
  get formattedName() {
    return this.name || this.pushname || '+' + this.id?.user;
  }

  get formattedShortName() {
    return this.formattedName;
  }

  get isMe() {
    return Boolean(this.id?.equals(account.me) || this.id?.equals(account.lid));
  }

  get isUser() {
    return Boolean(this.id?.isUser());
  }

  get isWAContact() {
    return true;
  }

  get isMyContact() {
    return false;
  }
}
ContactModel.prototype.proxyName = 'contact';

export class MsgCollectionImpl extends Collection {
  async getMessagesById(ids) {
    return { messages: ids.map((id) => this.get(id)).filter(Boolean) };
  }

  async processMultipleMessages() {
    return [];
  }
}
MsgCollectionImpl.prototype.proxyName = 'msg';
MsgCollectionImpl.prototype.modelClass = MsgModel;
MsgCollectionImpl.model = MsgModel;

export class ChatCollectionImpl extends Collection {
  // As on the screen: what moved last comes first.
  getModelsArray() {
    return super.getModelsArray().sort((a, b) => b.t - a.t);
  }
}
ChatCollectionImpl.prototype.modelClass = ChatModel;
ChatCollectionImpl.model = ChatModel;

export class ContactCollectionImpl extends Collection {
  // A number and its LID are one contact.
  get(wanted) {
    return super.get(wanted) || super.get(partners.get(String(wanted?.id || wanted)));
  }

  async find(wid) {
    return ensureContact(wid);
  }
}
ContactCollectionImpl.prototype.modelClass = ContactModel;
ContactCollectionImpl.model = ContactModel;

export class GroupMetadataCollectionImpl extends Collection {
  async find(wid) {
    return this.get(wid) || this.describe(asWid(wid), []);
  }

  describe(id, members) {
    const participants = new Collection();
    participants.add(members.map((member) => ({ id: new Wid(member), isAdmin: false, isSuperAdmin: false })));
    return this.add({ id, participants, announce: false, groupType: 'DEFAULT' })[0];
  }

  async update() {}

  onParentGroupChange() {}
}

export class CallCollectionImpl extends Collection {
  processIncomingCall() {}
}

export const MsgCollection = new MsgCollectionImpl();
export const ChatCollection = new ChatCollectionImpl();
export const NewsletterCollection = new ChatCollectionImpl();
export const ContactCollection = new ContactCollectionImpl();
export const GroupMetadataCollection = new GroupMetadataCollectionImpl();
export const CallCollection = new CallCollectionImpl();
export const PresenceCollection = new Collection();
export const BlocklistCollection = new Collection();
export const ProfilePicThumbCollection = new Collection();
export class StatusV3CollectionImpl extends Collection {}
export const StatusV3Collection = new StatusV3CollectionImpl();
const myStatus = { msgs: new MsgCollectionImpl() };
StatusV3Collection.getMyStatus = () => myStatus;

export const lidPnCache = {
  getPhoneNumber: (wid) => partnerOf(wid, 'lid'),
  getCurrentLid: (wid) => partnerOf(wid, 'c.us'),
};

function partnerOf(wid, server) {
  return wid && asWid(wid).server === server ? partners.get(String(wid)) : undefined;
}

export function ensureContact(wid, pushname) {
  const id = asWid(wid);
  const contact = ContactCollection.get(id) || ContactCollection.add({ id, pushname, name: undefined, type: 'in', isBusiness: false })[0];
  if (pushname) contact.set('pushname', pushname);
  return contact;
}

export function learnContact({ wid, pushname, lid, pn }) {
  if (pn) {
    partners.set(lid, new Wid(pn));
    partners.set(pn, new Wid(lid));
  }
  return ensureContact(wid, pushname);
}

// The feed of statuses is no chat: it stays out of the list of chats.
const statusFeed = new ChatCollectionImpl();

export function chatStore(wid) {
  if (wid.isStatus()) return statusFeed;
  return wid.isNewsletter() ? NewsletterCollection : ChatCollection;
}

export function quotedMessage(message) {
  return MsgCollection.findFirst((each) => each.id.id === message.quotedStanzaID);
}

export function findChat(wid) {
  const id = asWid(wid);
  return chatStore(id).get(id) || ChatCollection.get(partners.get(String(id)));
}

export function ensureChat(wid, name) {
  const id = asWid(wid);
  return chatStore(id).get(id) || chatStore(id).add(newChat(id, name))[0];
}

function newChat(id, name) {
  const presence = new Model({ id, isUser: id.isUser(), isGroup: id.isGroup(), chatstate: new Model({}), hasData: false });
  presence.subscribe = async () => {};
  return {
    id, name, t: 0, unreadCount: 0, hasUnread: false, archive: false, pin: 0, isReadOnly: false, isParentGroup: false,
    isNewsletter: id.isNewsletter(), isUser: id.isUser(), mute: new Model({ expiration: 0 }), presence,
    msgs: new MsgCollectionImpl(), contact: id.isUser() ? ensureContact(id) : undefined, lastReceivedKey: undefined,
    lastSeq: 0,
  };
}

// A message as the server tells it, as a model's attributes.
export function attributesOf(told) {
  const id = new MsgKey(told.key);
  const mine = id.fromMe;
  const me = mine && !id.remote.isUser() ? account.lid : account.me;
  const { pollName, ...extra } = told.extra;
  return {
    id, type: told.type, subtype: undefined, body: told.body, t: told.t, ack: told.ack, notifyName: told.notifyName,
    from: mine ? me : id.remote, to: mine ? id.remote : account.me,
    author: told.author ? new Wid(told.author) : undefined, self: mine ? 'out' : 'in', isNewMsg: false, invis: false,
    star: false, kicNotified: false, recvFresh: false, mentionedJidList: [], seq: told.seq,
    clientReceivedTsMillis: Date.now(), ...(MEDIA.has(told.type) ? { body: '', caption: told.body || undefined } : {}),
    ...(pollName ? { pollName } : {}), ...extra,
  };
}

export function addToChat(chat, model) {
  chat.msgs.add(model);
  MsgCollection.add(model);
  const changes = { lastReceivedKey: model.id, lastSeq: Math.max(chat.lastSeq, model.seq || 0) };
  if (model.t > chat.t) changes.t = model.t;
  chat.set(changes);
  trim(chat);
}

// Old messages leave the page: history.js finds them again on the server.
function trim(chat) {
  if (chat.msgs.length > KEPT_PER_CHAT) drop(chat.msgs.head());
  if (MsgCollection.length > KEPT_IN_ALL) drop(MsgCollection.head());
}

// Only what no server has yet, and the newest of each chat, must stay; they get a new turn.
function drop(model) {
  const chat = ensureChat(model.id.remote);
  const mustStay = model.ack === 0 || model.id.equals(chat.lastReceivedKey);
  for (const collection of [chat.msgs, MsgCollection]) {
    if (mustStay) collection.moveToEnd(model);
    else collection.remove(model);
  }
}
