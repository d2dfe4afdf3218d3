// What a page does beyond plain links and forms. Everything here may be missing and the page still works.
"use strict";
(() => {
  const HTMX_FAILURES = ["htmx:error", "htmx:sendError", "htmx:timeout"]; // version 4, then 2
  const HTMX_DONE = ["htmx:finally:request", "htmx:afterRequest"];
  const HTMX_SWAPPED = ["htmx:after:swap", "htmx:afterSwap", "htmx:after:settle"];
  const RELEASE_AFTER_MS = 15000;
  const listen = (names, act) => names.forEach((name) => document.addEventListener(name, act));

  // Sheets: the opener is first a link to a page; where dialogs exist it opens the sheet instead.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    const sheet = opener && document.getElementById(opener.dataset.opens);
    if (sheet && sheet.showModal && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      sheet.showModal();
    }
    const closer = event.target.closest("[data-closes]");
    if (closer) closer.closest("dialog").close();
    if (event.target.matches("dialog.aq-sheet")) event.target.close(); // the dialog itself is hit only on its backdrop
    const dismisser = event.target.closest("[data-dismisses]");
    if (dismisser) dismisser.closest(".aq-toast").remove();
  });

  // What is to be typed elsewhere is copied; browsers let pages do so over https and on this machine only.
  document.addEventListener("click", async (event) => {
    const copier = event.target.closest("[data-copies]");
    if (!copier) return;
    await navigator.clipboard.writeText(copier.dataset.copies);
    copier.textContent = copier.dataset.copied;
  });

  // A form sends once; its button says so. A lost answer frees it, for the server takes the same act only once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.st === "sending") {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.st = "sending";
    const button = event.submitter;
    if (button && button.dataset.sending) {
      button.dataset.said = button.textContent;
      button.textContent = button.dataset.sending;
    }
    if (button) button.setAttribute("aria-disabled", "true");
    setTimeout(() => release(form), RELEASE_AFTER_MS);
  }, true);
  const release = (form) => {
    delete form.dataset.st;
    form.querySelectorAll("[aria-disabled]").forEach((button) => {
      button.removeAttribute("aria-disabled");
      if (button.dataset.said) button.textContent = button.dataset.said;
      delete button.dataset.said;
    });
  };
  const releaseAll = () => document.querySelectorAll("form[data-st=sending]").forEach(release);
  window.addEventListener("pageshow", (event) => event.persisted && releaseAll());
  listen(HTMX_DONE, (event) => {
    const form = event.target.closest && event.target.closest("form");
    if (form) release(form);
  });

  // A form that leads on to a cashier goes by itself; who comes back to it by the browser's own button decides anew.
  const onward = document.querySelector("form[data-goes]");
  const [arrival] = performance.getEntriesByType("navigation");
  if (onward && !(arrival && arrival.type === "back_forward")) onward.submit(); // silently, so that its button still works where the cashier is slow

  // Confirming waits until the preview on screen was computed for exactly what the form says now.
  const checkPreview = (form) => {
    const preview = document.getElementById(form.dataset.preview);
    const asked = new FormData(form);
    const echo = new URLSearchParams(preview ? preview.dataset.echo || "" : "");
    const said = (from, name) => from.getAll(name).map((value) => value.trim()).filter(Boolean).sort().join();
    const same = form.dataset.echoes.split(" ").every((name) => said(asked, name) === said(echo, name));
    const ready = Boolean(preview) && preview.dataset.st === "ready" && same;
    if (preview) preview.toggleAttribute("data-stale", !same);
    form.querySelectorAll("[data-awaits-preview]").forEach((button) => { button.disabled = !ready; });
  };
  const checkPreviews = () => document.querySelectorAll("form[data-preview]").forEach(checkPreview);
  document.addEventListener("input", checkPreviews);
  document.addEventListener("change", checkPreviews);
  window.addEventListener("pageshow", checkPreviews);
  listen(HTMX_SWAPPED, checkPreviews);

  // An amount is typed, slid or stepped to, and all three say the same; how far it goes stands with the server's answer.
  const STEP = 100;
  const boundsOf = (tune) => {
    const { least, most } = document.getElementById(tune.dataset.within).dataset;
    return [Number(least), Number(most)];
  };
  const typedOf = (tune) => tune.closest("form").elements[tune.dataset.tunes];
  const amountOf = (tune) => Number(typedOf(tune).value.replace(/[,¥ ]/g, "")) || 0;
  const setAmount = (tune, amount) => {
    const [least, most] = boundsOf(tune);
    const kept = Math.min(Math.max(amount, least), most);
    typedOf(tune).value = Number.isInteger(kept) ? String(kept) : kept.toFixed(2);
  };
  const showTune = (tune) => {
    const [least, most] = boundsOf(tune);
    const range = tune.querySelector("input");
    tune.hidden = !(most > least);
    if (tune.hidden) return;
    range.min = least;
    range.step = STEP;
    // The last step may be a short one: it leads to the very most.
    range.max = least + Math.ceil((most - least) / STEP) * STEP;
    const typed = amountOf(tune);
    if (typed && Math.abs(range.value - typed) >= STEP) range.value = typed;
    range.setAttribute("aria-valuetext", `¥${typedOf(tune).value}`);
  };
  // Before anybody else hears of it, so that the price is asked for what stands there now.
  document.addEventListener("input", (event) => {
    const tune = event.target.closest(".aq-tune");
    if (tune) setAmount(tune, Number(event.target.value));
    document.querySelectorAll(".aq-tune").forEach(showTune);
  }, true);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-by]");
    if (!button) return;
    const tune = button.closest(".aq-tune");
    const typed = amountOf(tune);
    const by = Number(button.dataset.by);
    setAmount(tune, (by > 0 ? Math.floor(typed / STEP) : Math.ceil(typed / STEP)) * STEP + by);
    typedOf(tune).dispatchEvent(new Event("input", { bubbles: true }));
  });

  // A request that got no answer says so in words.
  const alertBox = document.getElementById("alert");
  const warn = (text) => {
    const toast = document.createElement("div");
    toast.className = "aq-toast";
    toast.dataset.tone = "bad";
    const icon = document.createElement("span");
    icon.className = "aq-icon";
    icon.dataset.icon = "alert";
    const words = document.createElement("span");
    words.textContent = text;
    const close = document.createElement("button");
    close.className = "aq-close";
    close.type = "button";
    close.dataset.dismisses = "";
    close.setAttribute("aria-label", alertBox.dataset.close);
    const cross = document.createElement("span");
    cross.className = "aq-icon";
    cross.dataset.icon = "cross";
    close.append(cross);
    toast.append(icon, words, close);
    const holder = document.createElement("div");
    holder.className = "aq-toasts";
    holder.append(toast);
    alertBox.replaceChildren(holder);
  };
  listen(HTMX_FAILURES, (event) => {
    const error = event.detail && event.detail.error;
    const late = event.type === "htmx:timeout" || (error && /abort|timeout/i.test(`${error.name} ${error.message}`));
    const lost = event.type === "htmx:sendError" || error instanceof TypeError;
    warn(alertBox.dataset[late ? "slow" : lost ? "offline" : "broken"]);
    checkPreviews();
  });

  // A code may be asked for again after a pause; the server keeps the same pause for those without script.
  const countDown = (button) => {
    const said = button.textContent;
    let left = Number(button.dataset.wait);
    const tick = () => {
      button.disabled = left > 0;
      button.textContent = left > 0 ? button.dataset.waiting.replace("{}", left) : said;
      if (left > 0) setTimeout(tick, 1000);
      left -= 1;
    };
    button.removeAttribute("data-wait");
    tick();
  };
  const prepare = () => {
    document.querySelectorAll("button[data-wait]").forEach(countDown);
    document.querySelectorAll("[data-dismisses][hidden]").forEach((button) => { button.hidden = false; });
    if (navigator.clipboard) {
      document.querySelectorAll("[data-copies][hidden]").forEach((button) => { button.hidden = false; });
    }
    document.querySelectorAll(".aq-tune").forEach(showTune);
    checkPreviews();
  };
  listen(HTMX_SWAPPED, prepare);
  prepare();

  // A page that can be kept on the phone has a worker, which keeps what is to be seen without a network.
  const installs = document.querySelector("link[rel=manifest][data-worker]");
  if (installs && navigator.serviceWorker) {
    navigator.serviceWorker.register(installs.dataset.worker)
      .then(() => navigator.serviceWorker.ready)
      .then((kept) => kept.active.postMessage("keep"))
      .catch(() => undefined); // private windows have none, and need none
  }
  document.querySelectorAll("time[data-age]").forEach((time) => {
    const minutes = Math.round((Date.parse(time.dateTime) - Date.now()) / 60000);
    const [count, unit] = minutes > -60 ? [minutes, "minute"] : minutes > -2880 ? [minutes / 60, "hour"] : [minutes / 1440, "day"];
    time.textContent = new Intl.RelativeTimeFormat(document.documentElement.lang).format(Math.trunc(count), unit);
  });
})();
