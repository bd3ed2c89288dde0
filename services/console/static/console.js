/* What moves without a form: pages hear what changed, a session that ended is said, a kept form goes on by itself. */
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
    if (part.classList.contains("htmx-request")) return live.look(part); // what it asked may be older than the change
    known.last = performance.now();
    htmx.trigger(part, "changed");
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
  const fields = opened.dataset.chosen ? "textarea" : "input:not([type=hidden]), select, textarea";
  const first = opened.querySelector("[aria-invalid=true]") || opened.querySelector(fields);
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

/* A button at a step of the line of time opens the form that acts on it, with that step chosen. */
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  const form = opener && document.getElementById(opener.dataset.opens);
  if (!form) return;
  event.preventDefault();
  const step = form.querySelector("select[name=step]");
  if (step) step.value = form.dataset.chosen = opener.dataset.step;
  form.open = true;
  form.scrollIntoView({ block: "nearest" });
});

/* A form that the script sends: its mistakes are shown where it stands. Whatever else it is answered, it is sent once
   more in the plain way, which shows the answer as a page; its key makes both one act. */
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.boosted && event.detail.xhr.status === 422) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, (event) => {
    const sent = event.detail.elt;
    if (!event.detail.boosted) return;
    if (sent.matches("form")) sent.submit();
    else location.assign(sent.href);
  });
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.id !== "main") return;
  const refused = event.detail.elt.querySelector("details.act:has([aria-invalid=true], .notice.problem)");
  if (refused) refused.open = true; /* of several by one name the browser opens none while the page is replaced */
  const wrong = event.detail.elt.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();
  else if (!event.detail.elt.contains(document.activeElement)) event.detail.elt.focus({ preventScroll: true });
});

/* What is said of a field while one types marks the field too. */
const markField = (said) => {
  const field = document.getElementById(said.dataset.for);
  if (field) field.setAttribute("aria-invalid", String(said.textContent !== ""));
};

document.addEventListener("htmx:oobAfterSwap", (event) => {
  const said = document.getElementById(event.detail.target.id); /* what stands in the place of the target by now */
  if (said && said.dataset.for) markField(said);
});

document.addEventListener("htmx:afterSwap", () => document.querySelectorAll("#results [data-for]").forEach(markField));

/* What someone types, or is about to press, is not replaced; it is brought up to date when the form is closed. */
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const part = event.detail.target;
  if (!part.querySelector("details.act[open]") && !part.contains(document.activeElement)) return;
  event.detail.shouldSwap = false;
  part.dataset.waits = "";
});

document.addEventListener("toggle", (event) => {
  const part = !event.target.open && event.target.closest("[data-waits]");
  if (!part || part.querySelector("details.act[open]")) return;
  delete part.dataset.waits;
  live.tell("everything");
}, true);

/* The editor of templates. A shortcode of the palette goes where one writes; a mistake is shown where it stands. */
let written = null;

document.addEventListener("focusin", (event) => {
  if (event.target.matches("textarea[data-marks]")) written = event.target;
});

document.addEventListener("click", (event) => {
  const shortcode = event.target.closest("[data-inserts]");
  if (shortcode) {
    const source = written && written.isConnected ? written : document.getElementById("source-text");
    source.setRangeText(shortcode.dataset.inserts, source.selectionStart, source.selectionEnd, "end");
    source.focus();
    source.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const shown = event.target.closest("[data-goes]");
  if (shown) {
    const source = document.getElementById(shown.dataset.goes);
    source.focus();
    source.setSelectionRange(Number(shown.dataset.from), Number(shown.dataset.to));
  }
});

/* Marks stand behind the text that was checked: they go when it changes, and come again with the next answer. */
document.addEventListener("input", (event) => {
  const marks = event.target.dataset.marks && document.getElementById(event.target.dataset.marks);
  if (marks) marks.replaceChildren();
  const form = event.target.closest("form[data-guarded]");
  if (form) form.dataset.changed = "";
});

document.addEventListener("scroll", (event) => {
  const marks = event.target.dataset && event.target.dataset.marks && document.getElementById(event.target.dataset.marks);
  if (marks) marks.scrollTop = event.target.scrollTop;
}, true);

/* The mail's HTML is posted into a frame of its own, whose policy allows it nothing but its styles. */
const drawMail = () => {
  const frame = document.querySelector("iframe[data-draws]");
  if (!frame || frame.dataset.drawn) return;
  frame.dataset.drawn = "yes";
  const button = document.getElementById(frame.dataset.draws);
  button.form.requestSubmit(button);
};

document.addEventListener("DOMContentLoaded", drawMail);
document.addEventListener("htmx:afterSettle", () => {
  drawMail();
  document.querySelectorAll("textarea[data-marks]").forEach((source) => {
    const isWrong = document.querySelector(`#mistakes [data-part="${source.name}"]`);
    if (isWrong) source.setAttribute("aria-invalid", "true");
    else source.removeAttribute("aria-invalid");
    const marks = document.getElementById(source.dataset.marks);
    if (marks) marks.scrollTop = source.scrollTop;
  });
});

/* Nobody leaves a text that was not saved without being asked. */
document.addEventListener("submit", (event) => {
  const target = event.submitter && event.submitter.getAttribute("formtarget");
  if (event.target.matches("form[data-guarded]") && !target && !event.defaultPrevented) delete event.target.dataset.changed;
});

window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-guarded][data-changed]")) event.preventDefault();
});
