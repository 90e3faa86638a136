"use strict";

// While staff type, people are looked up; while they choose, what that reveals is told.
// Every page works without this file: the buttons of the form do the same.

for (const form of document.querySelectorAll("form[data-sk-share]")) {
  const found = form.querySelector(".sk-found");
  const chosen = form.querySelector(".sk-chosen");
  const revealed = form.querySelector("[data-sk-revealed]");
  const status = form.querySelector("[data-sk-status]");
  const turns = new Map();
  const waiting = new Map();

  // Only the answer to the latest question is shown.
  const ask = async (part, place) => {
    const turn = (turns.get(part) ?? 0) + 1;
    turns.set(part, turn);
    const fields = new URLSearchParams(new FormData(form));
    fields.set("part", part);
    const answer = await fetch(form.action, { method: "POST", body: fields, credentials: "same-origin" });
    const text = await answer.text();
    if (!answer.ok || answer.redirected || turn !== turns.get(part)) return false;
    place.innerHTML = text; // from our own template, which escapes
    return true;
  };

  const tell = async () => {
    if (await ask("revealed", revealed)) revealed.removeAttribute("aria-busy");
  };

  const look = async () => {
    if (!(await ask("found", found))) return;
    const count = found.querySelectorAll("input").length;
    const said = { 0: form.dataset.skFoundNone, 1: form.dataset.skFoundOne }[count];
    status.textContent = said ?? form.dataset.skFoundMany.replace("{number}", count);
  };

  const soon = (what) => {
    clearTimeout(waiting.get(what));
    waiting.set(what, setTimeout(() => what().catch(() => {}), 200)); // without an answer the buttons still work
  };

  form.addEventListener("input", (event) => {
    const box = event.target.closest('input[name="to"]');
    if (event.target.name === "q") {
      soon(look);
      return;
    }
    if (box && box.checked && found.contains(box)) {
      chosen.append(box.closest("li"));
      box.focus();
    }
    revealed.setAttribute("aria-busy", "true"); // what stands there is not about these choices
    soon(tell);
  });

  // A second press of a button sends nothing a second time.
  form.addEventListener("submit", (event) => {
    if (form.dataset.skSent) event.preventDefault();
    form.dataset.skSent = "1";
  });
}

// Coming back by the browser's own button finds the forms ready again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sk-sent]")) delete form.dataset.skSent;
});
