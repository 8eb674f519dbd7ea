// Who this page is linked as, and what it shows of its connection: WhatsApp's singletons.

import { Emitter, Model } from './models.js';
import { Wid } from './ids.js';

export const account = { linked: false, me: undefined, lid: undefined, keys: undefined };

export function setMe({ me, lid, pushname }) {
  account.me = new Wid(me);
  account.lid = new Wid(lid);
  Conn.set({ wid: account.me, pushname, connected: true });
}

export const Cmd = new Emitter();
Cmd.isMainLoaded = false;

export const Stream = new Model({
  mode: 'QR', info: 'PAIRING', displayInfo: 'PAIRING', needsUpdate: false, hasSynced: false, available: true,
  obscurity: 'SHOW', couldForce: false,
});
Stream.markAvailable = () => Stream.set('available', true);
Stream.markUnavailable = () => Stream.set('available', false);

export const Socket = new Model({ state: 'OPENING', stream: 'DISCONNECTED', hasSynced: false });

export const Conn = new Model({
  ref: undefined, refTTL: 60, connected: false, pushname: '', platform: 'android', wid: undefined, isSMB: false,
  battery: 100, plugged: true,
});

export const NetworkStatus = new Model({ online: true });
NetworkStatus.checkOnline = () => NetworkStatus.online;

export const BackendEventBus = new Emitter();

export function showConnection(info, socket, online = true) {
  Stream.set({ info, displayInfo: info });
  Socket.set(socket);
  NetworkStatus.set('online', online);
}
