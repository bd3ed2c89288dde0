/* What moves without a form: pages hear what changed, a session that ended is said, a kept form goes on by itself. */
"use strict";

/* One connection for each page that is looked at: hidden tabs would use up the browser's few connections. */
const live = {
  source: null,
  open() {
    if (live.source || document.hidden || !document.body.dataset.live) return;
    live.source = new EventSource(document.body.dataset.live);
    live.source.onmessage = (message) => message.data.split(" ").forEach(live.tell);
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
      if (topic === "everything" || part.dataset.topics.split(" ").includes(topic)) htmx.trigger(part, "changed");
    });
  },
};

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return live.close();
  live.tell("everything");
  live.open();
});

document.addEventListener("session-ended", () => {
  const notice = document.getElementById("session-ended");
  if (notice) notice.hidden = false;
});

document.addEventListener("DOMContentLoaded", () => {
  live.open();
  document.querySelectorAll("form[data-again]").forEach((form) => form.requestSubmit());
  const wrong = document.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();
});

/* One open form at a time, closed by Escape, with the first field under the cursor. */
document.addEventListener("toggle", (event) => {
  const opened = event.target;
  if (!opened.matches("details.act") || !opened.open) return;
  const first = opened.querySelector("[aria-invalid=true], input:not([type=hidden]), select, textarea");
  if (first) first.focus();
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.closest("input, select, textarea")) {
    const search = document.querySelector("input[type=search]");
    if (search) { event.preventDefault(); search.focus(); }
  }
  if (event.key !== "Escape") return;
  const opened = event.target.closest("details.act[open]");
  if (opened) { opened.open = false; opened.querySelector("summary").focus(); }
});
