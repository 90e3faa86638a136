"use strict";

// Tells the portal, once, that a person looks at this page: after a gesture that the browser itself vouches for.
// Programs that fetch addresses make none, so they are not counted. Scrolling as such is no gesture: programs
// that photograph pages scroll them too; a person turns a wheel, touches, or presses a key to do it.
(() => {
  const main = document.querySelector("main[data-seen]");
  if (!main) {
    return;
  }
  const gestures = ["pointerdown", "keydown", "wheel", "touchstart"];
  const report = (event) => {
    if (!event.isTrusted) {
      return;
    }
    for (const gesture of gestures) {
      window.removeEventListener(gesture, report);
    }
    fetch(main.dataset.seen, { method: "POST", credentials: "same-origin", keepalive: true }).catch(() => {});
  };
  for (const gesture of gestures) {
    window.addEventListener(gesture, report, { passive: true });
  }
})();

// Sends a form once: a second click would use up the link a second time.
(() => {
  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      const button = form.querySelector("button");
      if (button.disabled) {
        event.preventDefault();
        return;
      }
      button.disabled = true;
    });
  }
  // A page that comes back by the browser's own step back starts afresh.
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("form[data-once] button")) {
      button.disabled = false;
    }
  });
})();
