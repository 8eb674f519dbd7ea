// The open chat: its bubbles, and the box to write in.

import * as api from './api.js';
import { attempt, byId, element } from './dom.js';
import { colourOf, dayOf, formatted, kindOf, ticks, timeOf } from './shown.js';
import { messagesWith, nameOf, state } from './state.js';

const PAGE = 300;
const NEAR_END_PX = 80;
const TYPING_EVERY_MS = 3000;
let shownCount = PAGE;
let shownFirst;
let shownPeer;
let lastTyping = 0;

function bubble(message) {
  const mine = message.from === state.number;
  const isShared = !/^\+/.test(message.with);
  const author = !mine && isShared && element('span', { class: 'author', text: nameOf(message.from) });
  if (author) author.style.setProperty('--hue', colourOf(message.from));
  const kind = kindOf(message);
  return element('li', {
    class: mine ? 'bubble out' : 'bubble in', 'data-testid': 'message', 'data-id': message.id, 'data-from': message.from,
    'data-ack': message.ack, 'data-text': message.text,
  },
  author, kind && element('span', { class: 'kind', text: kind }),
  element('span', { class: 'text' }, ...formatted(message.text)),
  element('span', { class: 'meta' }, element('time', { text: timeOf(message.time) }), mine && ticks(message.ack)));
}

function withDays(messages) {
  let last;
  return messages.flatMap((message) => {
    const shown = dayOf(message.time);
    const isNew = shown !== last;
    last = shown;
    return isNew ? [element('li', { class: 'day', text: shown }), bubble(message)] : [bubble(message)];
  });
}

export function showHeader() {
  const isOpen = Boolean(state.number && state.peer);
  byId('nothing-open').hidden = isOpen;
  for (const id of ['scroller', 'composer', 'peer-avatar']) byId(id).hidden = !isOpen;
  if (!isOpen) {
    byId('peer-name').textContent = '';
    return;
  }
  const name = nameOf(state.peer);
  byId('peer-name').textContent = name;
  byId('peer-avatar').textContent = [...name.replace('+', '')][0];
  byId('peer-avatar').style.setProperty('--hue', colourOf(state.peer));
  const isTyping = state.typing.has(state.peer);
  byId('typing').textContent = isTyping ? 'typing…' : name === state.peer ? '' : state.peer;
  byId('typing').classList.toggle('now', isTyping);
}

export function showMessages() {
  const all = state.peer ? messagesWith(state.peer) : [];
  const messages = all.slice(-shownCount);
  const scroller = byId('scroller');
  const wasAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX;
  const isSame = shownPeer === state.peer && shownFirst === messages[0]?.id;
  if (isSame) append(messages);
  else byId('messages').replaceChildren(...withDays(messages));
  byId('earlier').hidden = all.length <= shownCount;
  if (wasAtEnd || shownPeer !== state.peer) scroller.scrollTop = scroller.scrollHeight;
  shownPeer = state.peer;
  shownFirst = messages[0]?.id;
}

// Only what is new is added, and only ticks that moved are redrawn: a burst stays cheap.
function append(messages) {
  const list = byId('messages');
  const bubbles = list.querySelectorAll('[data-testid=message]');
  messages.forEach((message, index) => {
    const held = bubbles[index];
    if (!held) list.append(...withDays(messages.slice(Math.max(0, index - 1), index + 1)).slice(index ? -1 : 0));
    else if (Number(held.dataset.ack) !== message.ack) moveTicks(held, message);
  });
}

function moveTicks(held, message) {
  held.dataset.ack = message.ack;
  held.querySelector('.ticks')?.replaceWith(ticks(message.ack));
}

async function send() {
  const box = byId('composer-text');
  const text = box.value.trim();
  if (!text) return;
  box.value = '';
  grow();
  lastTyping = 0;
  try {
    await api.write(state.number, state.peer, text);
  } catch (error) {
    box.value = text;
    throw error;
  }
}

function grow() {
  const box = byId('composer-text');
  box.style.height = 'auto';
  box.style.height = `${Math.min(box.scrollHeight, 140)}px`;
}

function tellTyping() {
  grow();
  if (Date.now() - lastTyping < TYPING_EVERY_MS) return;
  lastTyping = Date.now();
  api.typing(state.number, state.peer, 'composing').catch(() => {});
}

export function startConversation() {
  const submit = attempt(send);
  byId('composer').addEventListener('submit', submit);
  byId('composer-text').addEventListener('input', tellTyping);
  byId('composer-text').addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event);
  });
  byId('earlier').addEventListener('click', () => {
    shownCount += PAGE;
    showMessages();
  });
}

export function resetConversation() {
  shownCount = PAGE;
  shownPeer = undefined;
}
