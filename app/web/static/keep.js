// Sends a form with data-keep="address" there while it is being typed, so that nothing is lost when the page is left.
const PAUSE_MS = 800;

for (const form of document.querySelectorAll("form[data-keep]")) {
  let timer = 0;
  const keep = () => {
    clearTimeout(timer);
    timer = 0;
    // Lives on when the page is left.
    fetch(form.dataset.keep, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true })
      .catch(() => {});
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE_MS);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
  addEventListener("pagehide", () => timer && keep());
}
