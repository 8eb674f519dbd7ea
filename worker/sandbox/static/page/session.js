// The life of the page: codes until a phone scans one, then synchronising, then messages, until it is logged out.

import { Cmd, Conn, Socket, Stream, account, setMe, showConnection } from './account.js';
import { MsgCollection, ensureContact } from './stores.js';
import { showCode, showLoading, showMain, showNotice, showReload } from './screen.js';
import { suffer } from './faults.js';
import { forget, remember } from './profile.js';
import { MsgKey } from './ids.js';
import { fillChats } from './inbox.js';
import { sendKept } from './outbox.js';

const CLIENT_WAIT_MS = 3000;
const pageName = crypto.randomUUID();
let wire;
let link;
let isEntering = false;
let isMain = false;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const keys = () => [account.keys.noise, account.keys.identity, account.keys.secret, account.keys.platform];

function hello() {
  if (!link) return { op: 'hello', keys: keys(), idle: Socket.state === 'UNPAIRED_IDLE' };
  return { op: 'hello', ...link, last: wire.lastFrame, page: pageName, resume: isMain };
}

export function start(givenWire, givenLink) {
  wire = givenWire;
  link = givenLink;
  account.linked = Boolean(link);
  Cmd.refreshQR = () => wire.tell({ op: 'refresh' });
  Socket.logout = () => wire.request({ op: 'logout' });
  Socket.takeover = takeOver;
  wire.on('ref', takeRef);
  wire.on('idle', becomeIdle);
  wire.on('linked', becomeLinked);
  wire.on('welcome', enter);
  wire.on('lost', loseConnection);
  wire.on('conflict', yieldToOther);
  wire.on('handed_back', takeOver);
  wire.on('outdated', needUpdate);
  wire.on('banned', () => block('TOS_BLOCK'));
  wire.on('pardoned', showAgain);
  wire.on('logout', ({ reason }) => leave(reason));
  if (link) {
    showLoading(20);
    Stream.set({ mode: 'SYNCING', info: 'OPENING', displayInfo: 'OPENING' });
  }
  wire.connect(hello);
}

function takeRef({ ref, ttl, picture }) {
  showCode([ref, ...keys()].join(','), picture);
  showConnection('PAIRING', { state: 'UNPAIRED' });
  Conn.set({ ref, refTTL: ttl });
}

function becomeIdle() {
  Conn.set('ref', undefined);
  Socket.set('state', 'UNPAIRED_IDLE');
  showReload(() => Cmd.refreshQR());
}

async function becomeLinked({ device, secret }) {
  showLoading(10);
  showConnection('PAIRING', { state: 'PAIRING' });
  const made = { device, secret };
  await remember('link', made);
  link = made;
  account.linked = true;
  wire.greet();
}

async function enter(welcome) {
  if (isMain) return showOnline(welcome);
  if (isEntering) return undefined;
  isEntering = true;
  setMe(welcome);
  showConnection('SYNCING', { state: 'CONNECTED', stream: 'SYNCING' });
  Stream.set('mode', 'SYNCING');
  Cmd.isMainLoaded = true;
  Cmd.trigger('main_loaded');
  ensureContact(account.me, welcome.pushname);
  fillChats(welcome.chats);
  showLoading(60);
  if (welcome.faults.never_ready) return undefined;
  await clientIsListening();
  return openMain(welcome);
}

// A client that attaches to the page a moment after its start would miss what came while the page was closed.
async function clientIsListening() {
  const deadline = performance.now() + CLIENT_WAIT_MS;
  while (!MsgCollection.hasListener('add') && performance.now() < deadline) await pause(20);
}

async function openMain(welcome) {
  showLoading(100);
  Cmd.trigger('offline_progress_update_from_bridge');
  await sendKept(account, (id) => MsgKey.fromString(id));
  Cmd.trigger('main');
  isMain = true;
  showOnline(welcome);
  Socket.set('hasSynced', true);
  Conn.set('hasSynced', true);
  wire.release();
  suffer(welcome.faults);
  if (!wire.isOpen) loseConnection();
}

function showOnline({ pushname }) {
  showConnection('NORMAL', { state: 'CONNECTED', stream: 'CONNECTED' });
  Stream.set({ mode: 'MAIN', hasSynced: true });
  showMain(pushname, account.me.user);
}

function loseConnection() {
  if (isMain) showConnection('OPENING', { state: 'OPENING', stream: 'DISCONNECTED' }, false);
}

function yieldToOther() {
  wire.close();
  Stream.set('mode', 'CONFLICT');
  Socket.set('state', 'CONFLICT');
  showNotice('WhatsApp is open in another window.', 'Use here', takeOver);
}

function takeOver() {
  showLoading(60);
  wire.reopen();
}

// The server takes no connection of a page this old.
function needUpdate() {
  wire.close();
  Stream.set({ mode: 'DEPRECATED_VERSION', needsUpdate: true });
  Socket.set('state', 'DEPRECATED_VERSION');
  showNotice('Update WhatsApp', 'Update', () => location.reload());
}

function block(mode) {
  Stream.set('mode', mode);
  Socket.set('state', mode);
  showNotice('Your account is temporarily banned from using WhatsApp because it broke the terms.', 'OK', () => {});
}

function showAgain() {
  if (isMain) showOnline({ pushname: Conn.pushname });
}

async function leave(reason) {
  wire.close();
  for (const name of ['link', 'outbox', 'keys']) await forget(name);
  account.linked = false;
  window.require('WAWebLogoutReason').getErrorCodeFromLogoutReason(reason);
  Cmd.trigger('logout', false, reason);
  setTimeout(() => location.replace('/?post_logout=1&logout_reason=0'), 50);
}
