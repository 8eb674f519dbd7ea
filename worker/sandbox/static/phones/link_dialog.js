// Linking a device to the chosen phone: the codes that wait, and a box to paste one.

import * as api from './api.js';
import { byId, element, keepInStep } from './dom.js';
import { state } from './state.js';

const REFRESH_MS = 1500;
let timer;

function codeEntry(code, scan) {
  const label = element('span', { text: code.label });
  const left = element('span', { class: 'hint', text: `expires in ${Math.ceil(code.expires_in)} s` });
  return element('button', {
    type: 'button', class: 'code', 'data-testid': 'waiting-code', 'data-key': code.qr, 'data-qr': code.qr,
    onclick: () => scan(code.qr),
  }, element('span', { class: 'code-text' }, label, left), element('span', { class: 'tag', text: 'Scan' }));
}

async function refresh(scan) {
  const codes = await api.codes();
  keepInStep(byId('codes'), codes.map((code) => codeEntry(code, scan)));
  byId('no-codes').hidden = codes.length > 0;
}

function say(text, isError) {
  byId('link-result').textContent = text;
  byId('link-result').classList.toggle('error', isError);
}

export function startLinkDialog(onLinked) {
  const dialog = byId('link-dialog');
  const scan = async (qr) => {
    try {
      await api.scan(state.number, qr);
      byId('qr-text').value = '';
      say('', false);
      dialog.close();
      await onLinked();
    } catch (error) {
      say(error.message, true);
    }
  };
  byId('open-link').addEventListener('click', () => {
    say('', false);
    dialog.showModal();
    const look = () => refresh(scan).catch((error) => say(error.message, true));
    look();
    timer = setInterval(look, REFRESH_MS);
  });
  dialog.addEventListener('close', () => clearInterval(timer));
  byId('paste-code').addEventListener('submit', (event) => {
    event.preventDefault();
    scan(byId('qr-text').value);
  });
}
