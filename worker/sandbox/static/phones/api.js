// The sandbox's API; an error's message is the server's sentence.

async function call(method, path, body) {
  let response;
  try {
    response = await fetch('/api' + path, { method, body: body && JSON.stringify(body) });
  } catch {
    throw new Error('The sandbox does not answer: is it still running?');
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

const phonePath = (number, rest = '') => `/phones/${encodeURIComponent(number)}${rest}`;

export const phones = () => call('GET', '/phones');
export const groups = () => call('GET', '/groups');
export const codes = () => call('GET', '/codes');
export const createPhone = (phone) => call('POST', '/phones', phone);
export const scan = (number, qr) => call('POST', phonePath(number, '/scan'), { qr });
export const unlink = (number) => call('POST', phonePath(number, '/unlink'));
export const faults = () => call('GET', '/faults');
export const beginFault = (name, options) => call('POST', `/faults/${name}`, options);
export const endFault = (name, phone) => call('DELETE', `/faults/${name}?phone=${encodeURIComponent(phone)}`);
export const write = (number, to, text) => call('POST', phonePath(number, '/messages'), { to, text });
export const typing = (number, to, state) => call('POST', phonePath(number, '/typing'), { to, state });
export const markRead = (number, peer) => call('POST', phonePath(number, '/read'), { with: peer });
export const newest = (number, limit) => call('GET', phonePath(number, `/messages?limit=${limit}`));
export const stream = (number) => new EventSource('/api' + phonePath(number, '/stream'));

export function conversation(number, peer, limit) {
  return call('GET', phonePath(number, `/messages?with=${encodeURIComponent(peer)}&limit=${limit}`));
}
