// Keeps a page up to date: asks for it again, and puts in what is not the same any more.
// A solve's page asks when its events come, the others every few seconds.
(() => {
  "use strict";
  const POLL_MS = 3000;
  const LEAST_MS = 1000; // between two fetches
  const SPEAK_MS = 5000; // between two things that are said
  const main = document.querySelector("[data-live]");
  const said = document.getElementById("said");
  const pause = document.getElementById("pause");
  if (!main || !said || !pause) return;
  document.getElementById("live-tools").hidden = false;

  let spoken = 0;
  let last = main.dataset.said;
  let asked = 0;
  let waiting = 0;
  let isPaused = false;
  let isOver = false;

  const speak = (words, isLast) => {
    const now = Date.now();
    if (words === last || (now - spoken < SPEAK_MS && !isLast)) return;
    spoken = now;
    last = words;
    said.textContent = words;
  };

  // Rows are only added at the end, and their words change while a call runs: so what
  // has no name of its own is known by its place.
  const key = (element, part) => {
    const name = element.id || element.getAttribute("href");
    const tag = element.tagName;
    return name || tag + [...part.querySelectorAll(tag)].indexOf(element);
  };

  // What the reader has opened, scrolled and focused stays so in the new piece.
  const carry = (from, to) => {
    const open = new Map();
    for (const each of from.querySelectorAll("details")) {
      open.set(key(each, from), each.open);
    }
    for (const each of to.querySelectorAll("details")) {
      const was = open.get(key(each, to));
      if (was !== undefined) each.open = was;
    }
  };

  const places = (part) =>
    [...part.querySelectorAll(".scroll, pre, .log")].map((each) => [
      each.scrollLeft,
      each.scrollTop,
    ]);

  const put = (old, fresh) => {
    carry(old, fresh);
    if (old.isEqualNode(fresh)) return;
    const selected = document.getSelection();
    if (selected && !selected.isCollapsed && selected.containsNode(old, true)) return;
    const focused = old.contains(document.activeElement)
      ? key(document.activeElement, old)
      : null;
    const scrolled = places(old);
    old.replaceWith(fresh);
    [...fresh.querySelectorAll(".scroll, pre, .log")].forEach((each, i) => {
      if (scrolled[i]) [each.scrollLeft, each.scrollTop] = scrolled[i];
    });
    if (focused === null) return;
    const same = [...fresh.querySelectorAll("a, button, summary, [tabindex]")];
    const again = same.find((each) => key(each, fresh) === focused);
    if (again) again.focus({ preventScroll: true });
  };

  const renew = async () => {
    waiting = 0;
    if (isPaused) return;
    asked = Date.now();
    let fresh;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch (error) {
      speak("The server does not answer; this is what it said last.", false);
      return;
    }
    for (const part of [...main.querySelectorAll("[data-part]")]) {
      const next = fresh.getElementById(part.id);
      if (next) put(part, document.adoptNode(next));
    }
    document.title = fresh.title;
    speak(fresh.querySelector("main").dataset.said, isOver);
  };

  const soon = () => {
    if (waiting || isPaused) return;
    waiting = setTimeout(renew, Math.max(0, asked + LEAST_MS - Date.now()));
  };

  const poll = () => {
    setInterval(() => {
      if (!document.hidden && !isOver) soon();
    }, POLL_MS);
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) soon();
    });
  };

  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    pause.setAttribute("aria-pressed", String(isPaused));
    if (!isPaused) soon();
  });

  if (main.dataset.live === "poll") {
    poll();
    return;
  }
  const events = new EventSource(main.dataset.live);
  events.addEventListener("line", soon);
  events.addEventListener("state", soon);
  events.addEventListener("end", () => {
    isOver = true;
    events.close();
    pause.hidden = true;
    soon();
  });
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED && !isOver) poll();
  });
})();
