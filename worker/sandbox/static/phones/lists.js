// The two lists: phones, and the chosen phone's chats.

import { avatar, summaryOf, ticks, timeOf } from './shown.js';
import { byId, element, keepInStep } from './dom.js';
import { chatsByTime, nameOf, phoneOf, state, unreadOf } from './state.js';

function badge(count) {
  return count ? element('span', { class: 'badge', text: count, 'data-testid': 'unread', 'aria-label': `${count} unread` }) : null;
}

function entry({ key, name, below, beside, current, onclick, ...data }) {
  return element('button', {
    type: 'button', class: 'entry', 'aria-current': current && 'true', onclick, 'data-key': key, ...data,
  },
  avatar(name, key),
  element('span', { class: 'middle' },
    element('span', { class: 'name', text: name }), element('span', { class: 'below' }, ...below)),
  element('span', { class: 'beside' }, ...beside));
}

function phoneEntry(phone, choose) {
  return entry({
    key: phone.number, name: phone.name, current: phone.number === state.number, onclick: () => choose(phone.number),
    below: [phone.number], 'data-testid': 'phone', 'data-number': phone.number, 'data-linked': String(phone.linked),
    beside: [phone.linked && element('span', { class: 'tag', text: 'linked' }), badge(phone.number === state.number ? 0 : phone.unread)],
  });
}

function chatEntry([peer, messages], open) {
  const last = messages.at(-1);
  const mine = last.from === state.number;
  return entry({
    key: peer, name: nameOf(peer), current: peer === state.peer, onclick: () => open(peer),
    below: [mine && ticks(last.ack), element('span', { class: 'summary', text: summaryOf(last) })],
    'data-testid': 'chat', 'data-with': peer,
    beside: [element('time', { text: timeOf(last.time) }), badge(unreadOf(messages))],
  });
}

export function showPhones(choose) {
  keepInStep(byId('phones'), state.phones.map((phone) => phoneEntry(phone, choose)));
  byId('no-phones').hidden = state.phones.length > 0;
  byId('known-numbers').replaceChildren(...state.phones
    .filter((phone) => phone.number !== state.number)
    .map((phone) => element('option', { value: phone.number, text: phone.name })));
}

export function showPhone() {
  const phone = phoneOf(state.number);
  byId('phone-name').textContent = phone ? phone.name : 'No phone chosen';
  byId('phone-actions').hidden = byId('new-chat').hidden = !phone;
  byId('unlink').hidden = !phone?.linked;
  const online = phone?.devices.filter((device) => device.online).length;
  const devices = phone?.devices.length === 1 ? '1 linked device' : `${phone?.devices.length} linked devices`;
  byId('phone-number').textContent = phone ? phone.number : '';
  byId('phone-state').textContent = phone?.linked ? `${devices}, ${online} online` : 'Not linked';
}

export function showChats(open) {
  const chats = chatsByTime();
  keepInStep(byId('chats'), chats.map((chat) => chatEntry(chat, open)));
  byId('no-chats').hidden = chats.length > 0 || !state.number;
}
