// What goes wrong with this page because somebody of the sandbox wants it so, as it would show on WhatsApp Web.

import { closeModal, showModal } from './screen.js';
import { hang, crash } from './breakdown.js';

const LOOK_EVERY_MS = 500;
const on = new Map();
let wire;
let device;

export const optionsOf = (name) => on.get(name);

const happen = {
  hang: ({ seconds }) => hang(seconds),
  crash,
  modal: (options) => showModal(options, () => wire.tell({ op: 'modal_closed' })),
  taken_over: yieldForAWhile,
  update: () => wire.trigger('outdated'),
  ban_for_a_while: () => wire.trigger('banned'),
  renamed: () => location.reload(),
};
const cease = {
  modal: closeModal,
  ban_for_a_while: () => wire.trigger('pardoned'),
  renamed: () => location.reload(),
};

// Learns what was on before the page was opened, and listens for more.
export async function begin(given, named) {
  wire = given;
  device = named || '';
  for (const [name, options] of Object.entries(await wrongFromTheStart())) on.set(name, options);
  wire.on('fault', ({ name, options }) => take(name, options));
}

// A page that cannot ask starts all the same.
async function wrongFromTheStart() {
  try {
    return await (await fetch(`/page/faults?device=${device}`)).json();
  } catch {
    return Object.fromEntries(on);
  }
}

// Of what is on when the page is linked, what shows on a page that is there.
export function suffer(told) {
  for (const [name, options] of Object.entries(told)) {
    on.set(name, options);
    if (name !== 'renamed') happen[name]?.(options);
  }
}

// A page that has yielded has no connection to be told by.
function yieldForAWhile() {
  wire.trigger('conflict');
  const look = setInterval(async () => {
    if ('taken_over' in (await wrongFromTheStart())) return;
    clearInterval(look);
    if (on.delete('taken_over')) wire.trigger('handed_back');
  }, LOOK_EVERY_MS);
}

function take(name, options) {
  if (options) {
    on.set(name, options);
    // After what led to it has been acknowledged.
    setTimeout(() => happen[name]?.(options));
  } else if (on.delete(name)) {
    cease[name]?.();
  }
}
