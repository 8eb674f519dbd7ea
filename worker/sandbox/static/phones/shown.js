// How times, acknowledgements and WhatsApp's text marks are shown.

import { element } from './dom.js';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
const ACKS = [
  ['🕓', 'not sent yet', 'pending'], ['✓', 'sent', 'sent'], ['✓✓', 'delivered', 'delivered'], ['✓✓', 'read', 'read'],
];
const MARKS = /\*([^*\n]+)\*|_([^_\n]+)_|~([^~\n]+)~|```([^`]+)```/g;
const TAGS = ['strong', 'em', 's', 'code'];
const KINDS = {
  image: '📷 Photo', video: '🎥 Video', audio: '🎵 Audio', ptt: '🎤 Voice message', sticker: '💟 Sticker',
  document: '📄 Document', location: '📍 Location', vcard: '👤 Contact', multi_vcard: '👥 Contacts',
  poll_creation: '📊 Poll', call_log: '📞 Call', revoked: '🚫 Message deleted',
};

export const timeOf = (seconds) => clock.format(seconds * 1000);
export const dayOf = (seconds) => day.format(seconds * 1000);

export function ticks(ack) {
  const [text, label, name] = ACKS[Math.max(0, Math.min(3, ack))];
  return element('span', { class: `ticks ${name}`, text, role: 'img', 'aria-label': label, 'data-ack': ack });
}

export const kindOf = (message) => (message.type === 'chat' ? '' : KINDS[message.type] || `⚙ ${message.type}`);

export const summaryOf = (message) => [kindOf(message), message.text].filter(Boolean).join(' ').slice(0, 120);

// *bold*, _italic_, ~struck~ and ```code```, as on a phone.
export function formatted(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(MARKS)) {
    const index = found.slice(1).findIndex((group) => group !== undefined);
    parts.push(text.slice(end, found.index), element(TAGS[index], { text: found[index + 1] }));
    end = found.index + found[0].length;
  }
  return [...parts, text.slice(end)];
}

export function colourOf(text) {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + character.codePointAt(0)) % 9973;
  return (sum * 137) % 360;
}

export function avatar(name, key) {
  const made = element('span', { class: 'avatar', 'aria-hidden': 'true', text: [...name.replace('+', '')][0] || '?' });
  made.style.setProperty('--hue', colourOf(key));
  return made;
}
