// Puts the page together: profile, modules, socket, session.

import * as faults from './faults.js';
import * as history from './history.js';
import * as outbox from './outbox.js';
import { Wire } from './wire.js';
import { account } from './account.js';
import { exposeModules } from './modules.js';
import { listenForFrames } from './inbox.js';
import { profileKeys, remembered } from './profile.js';
import { start } from './session.js';

const wire = new Wire(`ws://${location.host}/socket`);
account.keys = await profileKeys();
const link = await remembered('link');
account.linked = Boolean(link);
await faults.begin(wire, link?.device);

history.useWire(wire);
outbox.useWire(wire);
listenForFrames(wire);
exposeModules({ pairingCode }, faults.optionsOf('renamed')?.what);
start(wire, link);

async function pairingCode(number) {
  const { code, error } = await wire.request({ op: 'pair', number });
  if (error) throw new Error(error);
  return code;
}
