/* What forms do beyond being sent: a session that ended is said, a kept form goes on by itself, one is open at a time. */
"use strict";

document.addEventListener("session-ended", () => {
  const notice = document.getElementById("session-ended");
  if (notice) notice.hidden = false;
});

document.addEventListener("DOMContentLoaded", () => {
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
    delete sent.dataset.changed; /* it is sent */
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

/* The focus that stood in a form goes on from the answer that took its place. */
document.addEventListener("htmx:afterSwap", (event) => {
  const answer = event.detail.elt;
  if (document.activeElement !== document.body || !answer.matches("[data-said], form[data-guarded]")) return;
  (answer.querySelector("input:not([type=hidden])") || answer).focus();
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

document.addEventListener("htmx:confirm", (event) => {
  const { elt, target } = event.detail;
  const lost = Array.from(target.querySelectorAll("form[data-guarded][data-changed]")).find((form) => form !== elt);
  if (!lost) return;
  if (window.confirm(lost.dataset.guarded)) delete lost.dataset.changed;
  else event.preventDefault();
});

window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-guarded][data-changed]")) event.preventDefault();
});
