// WhatsApp's ids: of accounts and chats (Wid) and of messages (MsgKey).

const SERVER_KINDS = { isGroup: 'g.us', isLid: 'lid', isNewsletter: 'newsletter', isBroadcast: 'broadcast', isBot: 'bot' };

export class Wid {
  constructor(text) {
    const serialized = String(text).replace('@s.whatsapp.net', '@c.us');
    const [user, server] = serialized.split('@');
    this.user = user;
    this.server = server;
    this._serialized = serialized;
  }

  toString() {
    return this._serialized;
  }

  toJSON() {
    return this._serialized;
  }

  toJid() {
    return this._serialized.replace('@c.us', '@s.whatsapp.net');
  }

  toLogString() {
    return this._serialized;
  }

  equals(other) {
    return Boolean(other) && String(other) === this._serialized;
  }

  isUser() {
    return this.server === 'c.us' || this.server === 'lid';
  }

  isRegularUser() {
    return this.isUser();
  }

  isEligibleForUSync() {
    return this.isUser();
  }

  isStatus() {
    return this._serialized === 'status@broadcast';
  }

  isStatusV3() {
    return this.isStatus();
  }

  isServer() {
    return false;
  }

  isPSA() {
    return false;
  }

  isHosted() {
    return false;
  }

  static isXWid() {
    return true;
  }

  static isWid(value) {
    return value instanceof Wid;
  }
}

for (const [name, server] of Object.entries(SERVER_KINDS)) {
  Object.defineProperty(Wid.prototype, name, {
    value: function isOfServer() {
      return this.server === server;
    },
  });
}

export function asWid(value) {
  return value instanceof Wid ? value : new Wid(value);
}

const randomHex = (bytes) =>
  [...crypto.getRandomValues(new Uint8Array(bytes))].map((x) => x.toString(16).padStart(2, '0')).join('').toUpperCase();

export class MsgKey {
  constructor(obj) {
    // Clients find this class by the words of this error.
    if (!obj) throw new Error('MsgKey error: obj is null/undefined');
    this.fromMe = obj.fromMe !== undefined ? obj.fromMe : obj.selfDir === 'out';
    this.remote = asWid(obj.remote || (this.fromMe ? obj.to : obj.from));
    this.id = obj.id;
    if (obj.participant) this.participant = asWid(obj.participant);
    this._serialized = [this.fromMe, this.remote, this.id, ...(this.participant ? [this.participant] : [])]
      .map(String)
      .join('_');
  }

  toString() {
    return this._serialized;
  }

  equals(other) {
    return String(other) === this._serialized;
  }

  clone() {
    return new MsgKey(this);
  }

  static fromString(text) {
    const [fromMe, remote, id, participant] = String(text).split('_');
    if (!id) throw new Error(`MsgKey error: ${text} is not a message key`);
    return new MsgKey({ fromMe: fromMe === 'true', remote, id, participant });
  }

  static from(value) {
    return typeof value === 'string' ? MsgKey.fromString(value) : new MsgKey(value);
  }

  static newId() {
    return '3EB0' + randomHex(9);
  }

  static newId_DEPRECATED() {
    return MsgKey.newId();
  }
}
