// Renews the parts of a page that carry data-refresh="seconds" and an id, each by the element with the same id in the
// answer of data-refresh-url, or of the page itself. A part that is being written in, or has not changed, stays.
const timers = new Map();

async function renew(id) {
  const part = document.getElementById(id);
  if (!part) return;
  if (!document.hidden && !isWrittenIn(part)) {
    try {
      const url = part.dataset.refreshUrl || location.href;
      const answer = await fetch(url, { headers: { Accept: "text/html", "X-Refresh": "1" } });
      // Signed out meanwhile: the page says so when it is opened again.
      if (answer.redirected) return location.reload();
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = answer.ok && page.getElementById(id);
      if (fresh && !isWrittenIn(part) && fresh.outerHTML !== part.outerHTML) replace(part, fresh);
    } catch {
      // The server is being restarted: what stands here stays until it answers again.
    }
  }
  plan(id);
}

function isWrittenIn(part) {
  const active = document.activeElement;
  return part.contains(active) && active.matches("input:not([type=checkbox]), textarea, select");
}

function replace(part, fresh) {
  const open = [...part.querySelectorAll("details[open][id]")].map((each) => each.id);
  const checked = [...part.querySelectorAll("input[type=checkbox][id]:checked")].map((each) => each.id);
  const focused = part.contains(document.activeElement) && document.activeElement.id;
  part.replaceWith(fresh);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  for (const id of checked) if (document.getElementById(id)) document.getElementById(id).checked = true;
  if (focused) document.getElementById(focused)?.focus();
  fresh.dispatchEvent(new CustomEvent("renewed", { bubbles: true }));
}

function plan(id) {
  const seconds = Number(document.getElementById(id)?.dataset.refresh);
  if (seconds > 0) timers.set(id, setTimeout(renew, seconds * 1000, id));
}

for (const part of document.querySelectorAll("[data-refresh][id]")) plan(part.id);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const [id, timer] of timers) {
    clearTimeout(timer);
    renew(id);
  }
});
