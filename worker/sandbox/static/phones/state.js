// What the page knows: the phones, the chosen one, its chats and their messages.

export const state = {
  phones: [],
  groups: [],
  number: null, // of the chosen phone
  peer: null, // of the open chat
  chats: new Map(), // peer -> its messages, oldest first
  typing: new Map(), // peer -> timer
};

export const phoneOf = (number) => state.phones.find((phone) => phone.number === number);

export function nameOf(peer) {
  if (peer === 'status') return 'Status updates';
  const group = state.groups.find((each) => each.id === peer);
  return group?.name || phoneOf(peer)?.name || peer;
}

export const messagesWith = (peer) => state.chats.get(peer) || [];

export function chooseNumber(number) {
  state.number = number;
  state.peer = null;
  state.chats = new Map();
}

// What was fetched and what came meanwhile may overlap; `seq` tells. Two messages may carry one id, when a client
// sent it twice: both are kept.
export function addMessage(message) {
  const chat = state.chats.get(message.with) || [];
  state.chats.set(message.with, chat);
  const at = chat.findLastIndex((held) => held.seq <= message.seq);
  if (at >= 0 && chat[at].seq === message.seq) chat[at] = { ...message, ack: Math.max(chat[at].ack, message.ack) };
  else chat.splice(at + 1, 0, message);
}

export function setAck({ id, with: peer, ack }) {
  for (const message of messagesWith(peer)) if (message.id === id && message.ack < ack) message.ack = ack;
}

export function markRead(peer) {
  for (const message of messagesWith(peer)) if (message.from !== state.number) message.ack = 3;
}

export function unreadOf(messages) {
  return messages.filter((message) => message.from !== state.number && message.ack < 3).length;
}

export function chatsByTime() {
  return [...state.chats.entries()].sort(([, a], [, b]) => b.at(-1).seq - a.at(-1).seq);
}
