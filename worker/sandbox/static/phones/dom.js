// Making and finding elements; text always goes in as text.

export const byId = (id) => document.getElementById(id);

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === 'text') made.textContent = value;
    else if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.filter(Boolean));
  return made;
}

// Brings a list of buttons to what it should be, keeping the buttons that stay: a click or focus on one is not lost
// because the list was drawn again. Buttons are known by their `data-key`; a kept one keeps its listeners.
export function keepInStep(list, buttons) {
  const held = new Map([...list.querySelectorAll('button')].map((button) => [button.dataset.key, button]));
  const items = buttons.map((fresh) => {
    const old = held.get(fresh.dataset.key);
    return old ? refreshed(old, fresh).closest('li') : element('li', {}, fresh);
  });
  for (const gone of [...list.children].filter((item) => !items.includes(item))) gone.remove();
  items.forEach((item, index) => {
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] || null);
  });
}

function refreshed(old, fresh) {
  for (const name of old.getAttributeNames()) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  if (old.innerHTML !== fresh.innerHTML) old.replaceChildren(...fresh.childNodes);
  return old;
}

let noticeTimer;

export function notify(text) {
  const notice = byId('notice');
  notice.textContent = text;
  notice.hidden = !text;
  clearTimeout(noticeTimer);
  if (text) noticeTimer = setTimeout(() => (notice.hidden = true), 8000);
}

// Runs what a person asked for, and says in one line why it failed.
export function attempt(action) {
  return async (event) => {
    event?.preventDefault();
    try {
      notify('');
      await action(event);
    } catch (error) {
      notify(error.message);
    }
  };
}
