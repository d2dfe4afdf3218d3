// Without a network the last known due dates are shown, with their age, instead of the browser's own error.
"use strict";
const PAGE = "{{ page|escapejs }}";
const KEPT = [{% for each in kept %}"{{ each|escapejs }}", {% endfor %}];
const STORE = `anqi ${KEPT.join(" ")}`;

// The home page and the way in ask for it, each time they are there: of who has signed out no dates are kept.
const keep = async () => {
  const answer = await fetch(PAGE, { credentials: "same-origin", redirect: "error" });
  if (answer.ok) await (await caches.open(STORE)).put(PAGE, answer);
};

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(STORE).then((store) => store.addAll(KEPT)).then(keep).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name !== STORE).map((name) => caches.delete(name));
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names))).then(() => self.clients.claim()));
});

self.addEventListener("message", (event) => event.waitUntil(keep().catch(() => undefined)));

// Only what is read: a form that finds no network must fail, and be seen to.
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname } = new URL(request.url);
  if (request.method !== "GET") return;
  if (KEPT.includes(pathname)) {
    event.respondWith(caches.match(request).then((found) => found || fetch(request)));
  } else if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(PAGE)));
  }
});
