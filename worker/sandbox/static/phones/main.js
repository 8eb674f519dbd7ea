// The page of the phones: what is chosen stands in the address, what happens comes as server-sent events.

import * as api from './api.js';
import { addMessage, chooseNumber, markRead, phoneOf, setAck, state } from './state.js';
import { attempt, byId, notify } from './dom.js';
import { resetConversation, showHeader, showMessages, startConversation } from './conversation.js';
import { showChats, showPhone, showPhones } from './lists.js';
import { showFaults } from './faults.js';
import { startLinkDialog } from './link_dialog.js';

const REFRESH_MS = 2500;
const HELD_MESSAGES = 5000;
const TYPING_MS = 12000;
let events;
let drawing = false;

function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    showPhones(goToPhone);
    showPhone();
    showChats(goToChat);
    showHeader();
    showMessages();
    document.body.dataset.pane = state.peer ? 'conversation' : state.number ? 'chats' : 'phones';
  });
}

const goToPhone = (number) => (location.hash = new URLSearchParams({ phone: number }));
const goToChat = (peer) => (location.hash = new URLSearchParams({ phone: state.number, with: peer }));

async function followAddress() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const number = wanted.get('phone');
  if (number && !phoneOf(number)) await refresh();
  if (number !== state.number) await choose(phoneOf(number) ? number : null);
  await showFaults();
  await open(state.number && wanted.get('with'));
  draw();
}

async function choose(number) {
  events?.close();
  chooseNumber(number);
  if (!number) return;
  listen(number);
  const messages = await api.newest(number, HELD_MESSAGES);
  if (state.number === number) messages.forEach(addMessage);
}

async function open(peer) {
  state.peer = peer || null;
  resetConversation();
  if (!peer) return;
  const number = state.number;
  const messages = await api.conversation(number, peer, HELD_MESSAGES);
  if (state.number !== number || state.peer !== peer) return;
  messages.forEach(addMessage);
  markRead(peer);
  byId('composer-text').focus({ preventScroll: true });
}

function listen(number) {
  events = api.stream(number);
  const on = (name, act) => events.addEventListener(name, (event) => {
    act(JSON.parse(event.data));
    draw();
  });
  on('message', takeMessage);
  on('ack', setAck);
  on('typing', takeTyping);
  events.onerror = () => notify('The connection to the sandbox is interrupted; trying again…');
  events.onopen = () => notify('');
}

function takeMessage(message) {
  addMessage(message);
  clearTyping(message.from);
  if (message.with === state.peer && message.from !== state.number) readOpenChat();
}

function readOpenChat() {
  if (document.visibilityState !== 'visible') return;
  markRead(state.peer);
  api.markRead(state.number, state.peer).catch((error) => notify(error.message));
}

function takeTyping({ from, state: what }) {
  clearTyping(from);
  if (what === 'paused') return;
  state.typing.set(from, setTimeout(() => {
    clearTyping(from);
    draw();
  }, TYPING_MS));
}

function clearTyping(peer) {
  clearTimeout(state.typing.get(peer));
  state.typing.delete(peer);
}

async function refresh() {
  [state.phones, state.groups] = await Promise.all([api.phones(), api.groups()]);
  await showFaults();
  draw();
}

async function createPhone() {
  const made = await api.createPhone({
    number: byId('new-phone-number').value, name: byId('new-phone-name').value.trim() || undefined,
    lid: byId('new-phone-lid').checked || undefined,
  });
  byId('new-phone').reset();
  await refresh();
  goToPhone(made.number);
}

async function openNewChat() {
  const typed = byId('new-chat-number').value;
  const number = '+' + typed.replace(/[^0-9]/g, '');
  const peer = typed.includes('@') ? typed : number;
  if (!phoneOf(number)) await refresh();
  if (!typed.includes('@') && !phoneOf(number)) throw new Error(`${typed} is not on WhatsApp: create that phone first.`);
  byId('new-chat').reset();
  goToChat(peer);
}

byId('new-phone').addEventListener('submit', attempt(createPhone));
byId('new-chat').addEventListener('submit', attempt(openNewChat));
byId('unlink').addEventListener('click', attempt(async () => {
  await api.unlink(state.number);
  await refresh();
}));
byId('back-to-phones').addEventListener('click', () => (location.hash = ''));
byId('back-to-chats').addEventListener('click', () => goToPhone(state.number));
addEventListener('hashchange', attempt(followAddress));
document.addEventListener('visibilitychange', () => {
  if (state.peer) readOpenChat();
});
startConversation();
startLinkDialog(refresh);
await attempt(async () => {
  await refresh();
  await followAddress();
})();
setInterval(() => {
  if (document.visibilityState === 'visible') refresh().catch((error) => notify(error.message));
}, REFRESH_MS);
