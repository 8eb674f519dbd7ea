// Renews the parts of a page that carry data-refresh="seconds", each by the part with the same id of the page as it is now.
const timers = new Map();

async function renew(id) {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = answer.ok && page.getElementById(id);
      if (fresh) document.getElementById(id).replaceWith(fresh);
    } catch {
      // The server is being restarted: what stands here stays until it answers again.
    }
  }
  plan(id);
}

function plan(id) {
  const seconds = Number(document.getElementById(id).dataset.refresh);
  timers.set(id, setTimeout(renew, seconds * 1000, id));
}

for (const part of document.querySelectorAll("[data-refresh][id]")) plan(part.id);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const [id, timer] of timers) {
    clearTimeout(timer);
    renew(id);
  }
});
