// Runs in WhatsApp Web's page after wa-js. Everything that happens goes into a box, numbered, and stays there until the
// worker has acknowledged it; it is pushed at once through a DevTools binding, and again on request. So nothing is lost
// while the worker's socket is away, and a new `epoch` tells it that the page was replaced.
(() => {
  'use strict';
  if (window !== window.top || window.__flowhq) return;

  const TEXT_KINDS = new Set(['chat', 'list_response', 'buttons_response', 'template_button_reply', 'interactive', 'hsm']);
  const MAX_TEXT = 65536;
  const KEYS_PER_MESSAGE = 2;
  const MAX_HISTORY = 5000;
  const OWN_KEYS_KEPT = 500;
  const ANSWER_MS = 5000;
  const CHAT_MS = 40000;
  const PEOPLE = new Set(['c.us', 'lid']);
  const SEND_OPTIONS = { waitForAck: true, linkPreview: false, markIsRead: false, detectMentioned: false };
  const CONNECTION_EVENTS = ['loader.full_ready', 'conn.authenticated', 'conn.require_auth', 'conn.qrcode_idle', 'conn.main_ready',
    'conn.needs_update', 'conn.online', 'conn.stream_mode_changed', 'conn.stream_info_changed', 'conn.logout', 'conn.logout_reason'];

  const epoch = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  const items = [];
  const ownKeys = new Set();
  const phones = new Map();
  let seq = 0;
  let order = Promise.resolve();

  const deliver = item => { if (typeof window.flowhqPush === 'function') window.flowhqPush(JSON.stringify(item)); };
  const push = event => {
    const item = { epoch, seq: ++seq, ...event };
    items.push(item);
    deliver(item);
  };
  const ack = upTo => { while (items.length && items[0].seq <= upTo) items.shift(); };
  const replay = () => { items.forEach(deliver); return { epoch, seq, waiting: items.length }; };

  const reason = error => String((error && (error.code || error.message)) || error).slice(0, 300);
  const attempt = (read, otherwise) => { try { return read(); } catch { return otherwise; } };
  const hurried = (ms, promise) => Promise.race([promise, new Promise((_, reject) => { setTimeout(reject, ms, 'no answer'); })]);
  // Messages wait for one another: what WhatsApp Web does not say of one must neither cost it nor hold the others back.
  const ifSaid = (promise, otherwise) => hurried(ANSWER_MS, promise).catch(() => otherwise);
  const watch = (name, fn) => WPP.on(name, (...args) => attempt(() => fn(...args)));

  // ---- incoming
  async function phoneOf(wid) {
    if (wid.server === 'c.us') return wid.user;
    if (wid.server !== 'lid') return '';
    const lid = String(wid);
    if (!phones.get(lid)) {
      const entry = await WPP.contact.getPnLidEntry(lid).catch(() => null);
      phones.set(lid, (entry && entry.phoneNumber && String(entry.phoneNumber.id || '')) || '');
    }
    return phones.get(lid);
  }

  // FNV-1a, as eight hexadecimal digits.
  function markOf(id) {
    let hash = 0x811c9dc5;
    for (const letter of id) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
    return (hash >>> 0).toString(16).toUpperCase().padStart(8, '0');
  }

  // The end of a reply's id tells which message it answers, and that it is the only one: a log that was put back from a
  // backup has lost that. Of what the history has, most is answered already: ids for the rest are asked for one by one.
  async function replyKeys(msgKey, mark, late) {
    if (late || msgKey.fromMe || !mark) return [];
    const keys = Array.from({ length: KEYS_PER_MESSAGE }, () => WPP.chat.generateMessageID(msgKey.remote));
    return (await Promise.all(keys)).map(key => String(key).slice(0, -9) + '0' + mark);
  }

  const textOf = msg => String((TEXT_KINDS.has(msg.type) ? msg.body : msg.caption) || '').slice(0, MAX_TEXT);

  const timeOf = msg => (Number.isFinite(msg.t) ? msg.t : Math.floor(Date.now() / 1000));

  async function flatten(msg, at, late) {
    const remote = msg.id.remote;
    const mark = PEOPLE.has(remote.server) ? markOf(msg.id.id) : '';
    return {
      type: 'message', id: String(msg.id), chat: String(remote), server: remote.server, from_me: Boolean(msg.id.fromMe),
      kind: String(msg.type), text: textOf(msg), time: timeOf(msg), name: String(msg.notifyName || '').slice(0, 200),
      phone: await ifSaid(phoneOf(remote), ''), lid: remote.server === 'lid' ? remote.user : '', mark,
      keys: await ifSaid(replyKeys(msg.id, mark, late), []), at, late,
    };
  }

  const take = (msg, late) => {
    if (ownKeys.has(String(msg.id))) return;
    const at = performance.now();
    order = order.then(() => flatten(msg, at, late)).then(push)
      .catch(error => push({ type: 'unreadable', id: attempt(() => String(msg.id), ''), error: reason(error) }));
  };

  // How many messages reach back to `since` is not known: ask for more until an older one is among them.
  async function historyOf(chat, since, count) {
    const messages = await WPP.chat.getMessages(chat.id, { count });
    // The newest is not among them where the page holds it no more: one less than asked for is no end.
    const reachesBack = messages.length < count - 1 || messages.some(m => m.t < since);
    return reachesBack || count >= MAX_HISTORY ? messages : historyOf(chat, since, count * 4);
  }

  async function catchUpOn(chat, since, perChat) {
    const messages = await hurried(CHAT_MS, historyOf(chat, since, perChat));
    const fresh = messages.filter(m => m.t >= since).sort((a, b) => a.t - b.t);
    fresh.forEach(m => take(m, true));
    return fresh.filter(m => !m.id.fromMe).length;
  }

  async function catchUp(op, since, perChat) {
    const chats = (await WPP.chat.list({ ignoreGroupMetadata: true })).filter(c => PEOPLE.has(c.id.server) && c.t >= since);
    const failures = [];
    let found = 0;
    for (const chat of chats) found += await catchUpOn(chat, since, perChat).catch(error => { failures.push(error); return 0; });
    await order;
    // The other chats' messages need not wait until this one can be read.
    if (failures.length) throw failures[0];
    push({ type: 'caught_up', op, chats: chats.length, messages: found });
  }

  // ---- outgoing
  function remember(key) {
    ownKeys.add(key);
    if (ownKeys.size > OWN_KEYS_KEPT) ownKeys.delete(ownKeys.values().next().value);
  }

  // A chat that we know by a number may have gone over to a LID since: an id must be one of the chat that there is.
  async function newKey(chat) {
    const known = await ifSaid(WPP.chat.find(chat).then(found => found.id), chat);
    return String(await WPP.chat.generateMessageID(known));
  }

  function send(op, chat, key, text) {
    remember(key);
    WPP.chat.sendTextMessage(chat, text, { ...SEND_OPTIONS, messageId: key }).then(
      sent => {
        push({ type: 'sent', op, key, result: (sent.sendMsgResult && sent.sendMsgResult.messageSendResult) || '', ack: sent.ack });
        WPP.chat.markIsRead(chat).catch(() => {});
      },
      error => push({ type: 'sent', op, key, result: 'ERROR', error: reason(error) }));
  }

  async function lookUp(op, chat, key) {
    remember(key);
    try {
      await WPP.chat.find(chat);
      const msg = await WPP.chat.getMessageById(key);
      push({ type: 'looked_up', op, key, found: true, ack: msg.ack });
    } catch (error) {
      if (reason(error) !== 'msg_not_found') throw error;
      push({ type: 'looked_up', op, key, found: false });
    }
  }

  const composing = chat => { WPP.chat.markIsComposing(chat).catch(() => {}); };

  // ---- windows that WhatsApp Web lays over itself
  const openWindow = () => document.querySelector('[role=dialog][aria-modal=true], [data-animate-modal-popup=true]');
  const dismiss = words => {
    const button = [...openWindow().querySelectorAll('button, [role=button]')].find(each => words.includes(each.innerText.trim()));
    if (button) button.click();
  };

  // ---- connection
  const snapshot = () => ({
    epoch, injected: Boolean(WPP.isInjected), ready: Boolean(WPP.isFullReady),
    authenticated: attempt(() => Boolean(WPP.conn.isAuthenticated()), false),
    mode: attempt(() => WPP.conn.getStreamData().mode, '') || '', info: attempt(() => WPP.conn.getStreamData().info, '') || '',
    socket: attempt(() => WPP.whatsapp.Socket.state, '') || '', me: attempt(() => String(WPP.conn.getMyUserWid() || ''), ''),
    lid: attempt(() => String(WPP.conn.getMyUserLid() || ''), ''), needs_update: attempt(() => Boolean(WPP.conn.needsUpdate()), false),
    wasm: typeof WebAssembly === 'object', modal: attempt(() => openWindow().innerText.slice(0, 300), ''),
  });

  // A page whose animation frames have stopped is frozen even where its scripts still answer.
  const probe = () => new Promise(resolve => {
    const late = setTimeout(() => resolve({ ...snapshot(), frames: false, seq }), 3000);
    requestAnimationFrame(() => { clearTimeout(late); resolve({ ...snapshot(), frames: true, seq }); });
  });

  const showState = why => push({ type: 'state', why, ...snapshot() });

  // The page's own data-ref is what phones really scan; where it belongs to the same code it may carry more parts.
  // A scan may come before the code was read: a linked page shows none.
  const pushCode = auth => setTimeout(() => {
    if (WPP.conn.isAuthenticated()) return;
    const shown = document.querySelector('[data-ref]');
    const ref = shown ? shown.getAttribute('data-ref') : '';
    const code = auth ? (ref && ref.startsWith(auth.ref) ? ref : auth.fullCode) : '';
    push({ type: 'code', code });
  }, 50);

  const pair = phone => WPP.conn.genLinkDeviceCodeForPhoneNumber(phone).then(
    code => push({ type: 'pairing', code: String(code) }), error => push({ type: 'pairing', code: '', error: reason(error) }));

  const failing = (op, promise) => { promise.catch(error => push({ type: 'failed', op, error: reason(error) })); };

  CONNECTION_EVENTS.forEach(name => watch(name, () => showState(name)));
  watch('conn.auth_code_change', pushCode);
  watch('loader.full_ready', () => { if (!WPP.conn.isAuthenticated()) WPP.conn.getAuthCode().then(pushCode, () => {}); });
  watch('conn.logout_reason', why => push({ type: 'logout', reason: String(why) }));
  watch('chat.new_message', msg => take(msg, false));
  watch('chat.msg_ack_change', change => push({ type: 'ack', ack: change.ack, keys: change.ids.map(String) }));

  window.__flowhq = {
    ack, replay, send, composing, snapshot, probe, pair, dismiss,
    lookUp: (op, chat, key) => failing(op, lookUp(op, chat, key)),
    catchUp: (op, since, perChat) => failing(op, catchUp(op, since, perChat)),
    newKey,
    refreshCode: () => { WPP.conn.refreshQR().catch(() => {}); },
  };
  push({ type: 'page' });
})();
