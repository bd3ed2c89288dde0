/* The picture of a scenario: a mark is moved along the axis of days, with the mouse, a finger or the arrow keys. */
"use strict";

(() => {
  const PATIENCE = 700; /* milliseconds after the last arrow */
  const EARLIEST = -365, LATEST = 3650;
  const LONG = 7;
  let dragged = null;
  let waiting = null;

  const markOf = (target) => target.closest && target.closest("svg.scenario a[data-step]");
  const numbers = (picture) => ["first", "last", "margin"].map((name) => Number(picture.dataset[name]));

  function show(mark, days) {
    const picture = mark.closest("svg.scenario");
    const [first, last, margin] = numbers(picture);
    const place = margin + ((100 - 2 * margin) * (days - first)) / (last - first);
    mark.dataset.now = days;
    mark.parentNode.setAttribute("x", `${Math.min(100 - margin / 2, Math.max(margin / 2, place))}%`);
    const text = mark.querySelector("text");
    const letter = text.textContent.trim().charAt(0);
    text.textContent = days ? `${letter}${days > 0 ? "+" : ""}${days}` : letter;
  }

  function dayAt(picture, x) {
    const [first, last, margin] = numbers(picture);
    const box = picture.getBoundingClientRect();
    const share = ((x - box.left) / box.width) * 100;
    const days = Math.round(first + ((share - margin) / (100 - 2 * margin)) * (last - first));
    return Math.min(LATEST, Math.max(EARLIEST, days));
  }

  function send(mark) {
    const form = document.getElementById("move");
    if (!form || mark.dataset.now === undefined || mark.dataset.now === mark.dataset.days) return;
    form.elements.step.value = mark.dataset.step;
    form.elements.days.value = mark.dataset.now;
    form.requestSubmit();
  }

  /* The move was not sent, for the sake of what is being written. */
  window.addEventListener("htmx:confirm", (event) => {
    const form = event.detail.elt;
    if (form.id !== "move" || !event.defaultPrevented) return;
    const mark = document.getElementById(`mark-${form.elements.step.value}`);
    show(mark, Number(mark.dataset.days));
    delete mark.dataset.now;
  });

  document.addEventListener("pointerdown", (event) => {
    const mark = markOf(event.target);
    if (mark && event.button === 0) dragged = { mark, from: event.clientX, moved: false };
  });

  document.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    if (!dragged.moved && Math.abs(event.clientX - dragged.from) < 5) return;
    dragged.moved = true;
    show(dragged.mark, dayAt(dragged.mark.closest("svg.scenario"), event.clientX));
  });

  document.addEventListener("pointerup", () => {
    if (dragged && dragged.moved) {
      const { mark } = dragged;
      mark.dataset.dropped = "";
      setTimeout(() => delete mark.dataset.dropped, 0);
      send(mark);
    }
    dragged = null;
  });

  document.addEventListener("pointercancel", () => {
    if (dragged && dragged.moved) show(dragged.mark, Number(dragged.mark.dataset.days));
    dragged = null;
  });

  document.addEventListener("dragstart", (event) => { if (markOf(event.target)) event.preventDefault(); });

  /* The end of a move is no press on the link. */
  document.addEventListener("click", (event) => {
    const mark = markOf(event.target);
    if (!mark || mark.dataset.dropped === undefined) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  document.addEventListener("keydown", (event) => {
    const mark = markOf(event.target);
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, PageDown: -LONG, PageUp: LONG }[event.key];
    if (!mark || !step) return;
    event.preventDefault();
    const now = Number(mark.dataset.now === undefined ? mark.dataset.days : mark.dataset.now);
    show(mark, Math.min(LATEST, Math.max(EARLIEST, now + step)));
    clearTimeout(waiting);
    waiting = setTimeout(send, PATIENCE, mark);
  });
})();
