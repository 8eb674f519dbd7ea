// What a person sees: a code to scan, progress, and who the page is linked as.

import { shownNumber } from './shown.js';

const QUIET = 4;
const app = document.getElementById('app');

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'text') made.textContent = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function draw(canvas, rows) {
  const cells = rows.length + 2 * QUIET;
  const scale = Math.max(1, Math.floor(canvas.width / cells));
  canvas.width = canvas.height = cells * scale;
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#000';
  rows.forEach((row, y) => {
    [...row].forEach((cell, x) => {
      if (cell === '1') context.fillRect((x + QUIET) * scale, (y + QUIET) * scale, scale, scale);
    });
  });
}

export function showCode(code, rows) {
  const canvas = element('canvas', { width: 264, height: 264, role: 'img', 'aria-label': 'Scan this QR code to link a device!' });
  const steps = element('ol', {},
    element('li', { text: 'Open the phones of this sandbox' }),
    element('li', { text: 'Choose a phone, then Link a device' }),
    element('li', { text: 'Pick this code there' }));
  const guide = element('section', {}, element('h1', { text: 'Log in to the WhatsApp sandbox' }), steps,
    element('a', { href: '/phones', target: '_blank', text: 'Open the phones' }));
  app.replaceChildren(element('div', { class: 'landing-wrapper' },
    element('div', { class: 'landing-main' }, guide, element('div', { 'data-ref': code }, canvas))));
  draw(canvas, rows);
}

export function showReload(onClick) {
  const box = document.querySelector('[data-ref]');
  if (!box || box.querySelector('button')) return;
  const button = element('button', { type: 'button', text: 'Reload QR code' });
  button.addEventListener('click', onClick);
  box.append(button);
}

export function showLoading(percent) {
  const bar = document.querySelector('#app progress');
  if (bar) {
    bar.value = percent;
    return;
  }
  app.replaceChildren(element('div', { class: 'loading' },
    element('p', { text: 'Loading your chats' }), element('progress', { max: 100, value: percent })));
}

export function showMain(name, number) {
  const linked = `This browser is linked to ${name} (${shownNumber(number)}).`;
  app.replaceChildren(element('div', { class: 'app two', tabindex: '-1' },
    element('header', {}, element('h1', { text: 'Chats' })),
    element('div', { id: 'pane-side', role: 'grid', 'aria-label': 'Chat list' },
      element('p', { text: linked }), element('a', { href: '/phones', target: '_blank', text: 'Open the phones' }))));
}

export function showModal({ title, text, button }, onClosed) {
  closeModal();
  const press = element('button', { type: 'button', text: button });
  press.addEventListener('click', () => {
    closeModal();
    onClosed();
  });
  document.body.append(element('div', { class: 'cover', 'data-animate-modal-backdrop': 'true' },
    element('div', { class: 'modal', role: 'dialog', 'aria-modal': 'true', 'data-animate-modal-popup': 'true' },
      element('h1', { text: title }), element('p', { text }), press)));
  press.focus();
}

export function closeModal() {
  document.querySelector('.cover')?.remove();
}

export function showNotice(text, label, onClick) {
  const button = element('button', { type: 'button', text: label });
  button.addEventListener('click', onClick);
  app.replaceChildren(element('div', { class: 'loading' }, element('p', { text }), button));
}
