// The faults of the chosen phone, each with a switch; folded until somebody wants them.

import * as api from './api.js';
import { attempt, byId, element } from './dom.js';
import { state } from './state.js';

// Codes are shown by pages that belong to nobody yet.
const NOBODYS = ['codes_end'];
let shownFor;

const onHere = (fault) => fault.on.find((each) => !each.phone || each.phone === state.number);

function field(fault, name, usual) {
  const isNumber = typeof usual === 'number';
  return element('label', { text: `${name.replace(/_s$/, ' (seconds)').replaceAll('_', ' ')} ` },
    element('input', { name, value: usual, type: isNumber ? 'number' : 'text', min: isNumber && 0, step: isNumber && 'any' }));
}

function typed(form, fault) {
  const values = Object.entries(fault.options).map(([name, usual]) => {
    const text = form.elements[name].value;
    return [name, typeof usual === 'number' ? Number(text) : text];
  });
  return { ...Object.fromEntries(values), ...(NOBODYS.includes(fault.name) ? {} : { phone: state.number }) };
}

function entry(fault) {
  const form = element('form', { class: 'fault', 'data-fault': fault.name },
    element('div', {}, element('strong', { text: fault.title }), element('button', { class: 'quiet' })),
    element('p', { class: 'hint', text: fault.shows }),
    element('div', { class: 'fault-options' }, ...Object.entries(fault.options).map(([name, usual]) => field(fault, name, usual))));
  form.addEventListener('submit', attempt(async () => {
    const on = form.dataset.on;
    if (on === undefined) await api.beginFault(fault.name, typed(form, fault));
    else await api.endFault(fault.name, on);
    await showFaults();
  }));
  return element('li', {}, form);
}

function refresh(fault) {
  const form = document.querySelector(`[data-fault=${fault.name}]`);
  const on = onHere(fault);
  if (on) form.dataset.on = on.phone || '';
  else delete form.dataset.on;
  const button = form.querySelector('button');
  button.textContent = on ? 'Switch off' : fault.lasts ? 'Switch on' : 'Now';
  button.setAttribute('aria-label', `${button.textContent}: ${fault.title}`);
}

export async function showFaults() {
  byId('faults').hidden = !state.number;
  if (!state.number) return;
  const faults = await api.faults();
  if (shownFor !== state.number) byId('fault-list').replaceChildren(...faults.map(entry));
  shownFor = state.number;
  faults.forEach(refresh);
  const count = faults.filter(onHere).length;
  byId('faults-on').hidden = !count;
  byId('faults-on').textContent = `${count} on`;
}
