/* Pages hear what changed, and bring their parts up to date; not what someone types in, or is about to press. */
"use strict";

/* One connection for each page that is looked at: hidden tabs would use up the browser's few connections. */
const live = {
  source: null,
  heard: false,
  open() {
    if (live.source || document.hidden || !document.body.dataset.live) return;
    live.source = new EventSource(document.body.dataset.live);
    live.source.onmessage = (message) => message.data.split(" ").forEach(live.tell);
    live.source.onopen = () => {
      if (live.heard) live.tell("everything"); // what was told while the connection was lost
      live.heard = true;
    };
    live.source.onerror = () => {
      if (live.source.readyState !== EventSource.CLOSED) return;
      live.close();
      setTimeout(live.open, 10000);
    };
  },
  close() {
    if (live.source) live.source.close();
    live.source = null;
  },
  tell(topic) {
    document.querySelectorAll("[data-topics]").forEach((part) => {
      if (topic === "everything" || part.dataset.topics.split(" ").includes(topic)) live.look(part);
    });
  },
  /* A part looks again `data-after` milliseconds after the first change, and five times that after it looked last: it
     goes on with the events of a wave, and no page asks without end. Kept by id, since the answer replaces the part. */
  looks: new Map(),
  look(part) {
    const after = Number(part.dataset.after);
    const known = live.looks.get(part.id) || { waits: false, last: -Infinity };
    if (known.waits) return;
    known.waits = true;
    live.looks.set(part.id, known);
    setTimeout(() => live.ask(part.id, known), Math.max(after, known.last + 5 * after - performance.now()));
  },
  ask(id, known) {
    const part = document.getElementById(id);
    known.waits = false;
    if (!part || !part.dataset.topics) return;
    if (live.isAsked(part)) return live.look(part); // what was asked may be older than the change
    if (isKept(part)) return announce(part);
    known.last = performance.now();
    htmx.trigger(part, "changed");
  },
  /* By itself, or by the form that filters it: an answer to the one would take the place of the other's. */
  isAsked(part) {
    return part.matches(".htmx-request") || document.querySelector(`.htmx-request[hx-target="#${part.id}"]`) !== null;
  },
};

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return live.close();
  live.tell("everything");
  live.open();
});

document.addEventListener("DOMContentLoaded", live.open);

/* Open, or with the focus in it; htmx gives it back by its id to a part, to its table, and to what opens a form. */
const isInUse = (part) => {
  const focused = document.activeElement;
  const holdsFocus = part !== focused && part.contains(focused) && !focused.matches("summary[id], .table[id]");
  return holdsFocus || part.querySelector("details.act[open]") !== null;
};

/* A part that comes beside another waits while it is in use, and is asked for by itself when it is not any more. */
const keptBack = (event) => {
  event.detail.shouldSwap = false;
  event.detail.target.dataset.waits = "";
};

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (isInUse(event.detail.target)) keptBack(event);
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = event.detail;
  if (target.matches("[data-waits]") && isInUse(target)) return keptBack(event); /* opened again */
  const grows = target.matches(".more") && target.closest("[data-topics]");
  if (grows) grows.dataset.more = "";
  if (requestConfig.elt !== target || !target.matches("[data-topics]") || !isKept(target)) return;
  event.detail.shouldSwap = false;
  announce(target);
});

/* Rows that a reader brought, and their place among them, are not taken from them: they ask for the news. */
const isKept = (part) => part.dataset.more !== undefined || isInUse(part);

const announce = (part) => {
  part.dataset.news = "";
  const said = document.getElementById("news");
  if (!said.firstChild) said.append(document.getElementById("some-news").content.cloneNode(true));
};

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-brings]")) return;
  document.querySelectorAll("[data-news]").forEach((part) => {
    delete part.dataset.more;
    htmx.trigger(part, "changed");
  });
});

document.addEventListener("htmx:afterSwap", (event) => {
  const said = document.getElementById("news");
  if (!said || !said.firstChild || document.querySelector("[data-news]")) return;
  const wasPressed = said.contains(document.activeElement);
  said.replaceChildren();
  if (!wasPressed) return;
  document.getElementById("main").focus({ preventScroll: true });
  event.detail.elt.scrollIntoView();
});

const release = (event) => {
  const part = event.target.closest("[data-waits]");
  if (part) setTimeout(bring, 0, part); /* the focus is on its way */
};

const bring = (part) => {
  const beside = document.querySelector(`[data-topics][hx-select-oob*="#${part.id}"]`);
  if (!beside || !part.isConnected || isInUse(part)) return;
  const asked = { source: part, target: part, select: `#${part.id}`, swap: "outerHTML" };
  htmx.ajax("GET", beside.getAttribute("hx-get"), asked);
};

document.addEventListener("toggle", release, true);
document.addEventListener("focusout", release);

/* What is kept of the page as it was asked is that of the rows that it shows, in an open form too. */
document.addEventListener("htmx:afterSwap", () => {
  const shown = document.querySelector("[data-asked]");
  document.querySelectorAll("[data-asks]").forEach((field) => { field.value = shown.dataset.asked; });
});
