// The socket to the server: frames come in order and once, requests are asked again after a broken connection.

import { Emitter } from './models.js';

// With these the server shows that it has understood the greeting.
const GREETINGS = ['welcome', 'ref', 'idle'];
const ACK_DELAY_MS = 5;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 2000;

export class Wire extends Emitter {
  constructor(url) {
    super();
    this.url = url;
    this.lastFrame = 0;
    this.isOpen = false; // the server has said welcome, or gives codes
    this._requests = new Map();
    this._nextRequest = 1;
    this._retryMs = FIRST_RETRY_MS;
    this._held = [];
    this._isHolding = true;
    this._closed = false;
    addEventListener('pagehide', () => this._acknowledge());
  }

  // `hello` makes the first thing to say on every connection.
  connect(hello) {
    this._hello = hello;
    const socket = new WebSocket(this.url);
    const ifCurrent = (act) => (event) => socket === this._socket && act(event);
    socket.onopen = ifCurrent(() => this._say(hello()));
    socket.onmessage = ifCurrent((event) => this._take(JSON.parse(event.data)));
    socket.onclose = ifCurrent(() => this._lost());
    this._socket = socket;
  }

  close() {
    this._closed = true;
    this._socket?.close();
  }

  greet() {
    this._say(this._hello());
  }

  // Tells something that is worthless later; false if there is no connection.
  tell(body) {
    if (this.isOpen) this._say(body);
    return this.isOpen;
  }

  // Asks until there is an answer, over as many connections as it takes.
  request(body) {
    const r = this._nextRequest++;
    return new Promise((resolve) => {
      this._requests.set(r, { body: { ...body, r }, resolve });
      if (this.isOpen) this._say({ ...body, r });
    });
  }

  reopen() {
    this._closed = false;
    this.connect(this._hello);
  }

  // The page is ready for frames: first those that came before.
  release() {
    this._isHolding = false;
    const held = this._held;
    this._held = [];
    for (const frame of held) this._takeFrame(frame);
  }

  _opened() {
    if (this.isOpen) return;
    this.isOpen = true;
    this._retryMs = FIRST_RETRY_MS;
    for (const { body } of this._requests.values()) this._say(body);
  }

  _say(body) {
    if (this._socket?.readyState === WebSocket.OPEN) this._socket.send(JSON.stringify(body));
  }

  _take(message) {
    if (message.n !== undefined) return this._isHolding ? this._held.push(message) : this._takeFrame(message);
    if (message.r !== undefined) return this._takeAnswer(message);
    if (GREETINGS.includes(message.k)) this._opened();
    return this.trigger(message.k, message);
  }

  _takeAnswer(message) {
    const request = this._requests.get(message.r);
    this._requests.delete(message.r);
    request?.resolve(message);
  }

  _takeFrame(frame) {
    if (frame.n <= this.lastFrame) return;
    try {
      this.trigger(frame.k, frame);
    } finally {
      this.lastFrame = frame.n;
      this._ackTimer ||= setTimeout(() => this._acknowledge(), ACK_DELAY_MS);
    }
  }

  _acknowledge() {
    clearTimeout(this._ackTimer);
    this._ackTimer = undefined;
    if (this.lastFrame) this.tell({ op: 'ack', n: this.lastFrame });
  }

  _lost() {
    const wasOpen = this.isOpen;
    this.isOpen = false;
    this._held = [];
    if (this._closed) return;
    if (wasOpen) this.trigger('lost');
    setTimeout(() => this._closed || this.connect(this._hello), this._retryMs * (0.5 + Math.random()));
    this._retryMs = Math.min(LAST_RETRY_MS, this._retryMs * 2);
  }
}
