"use strict";

// While staff type, people are looked up; while they choose, what that reveals or says is told.
// Every page works without this file: the buttons of the form do the same.

for (const form of document.querySelectorAll("form[data-sk-share]")) {
  const found = form.querySelector(".sk-found");
  const chosen = form.querySelector(".sk-chosen");
  const revealed = form.querySelector("[data-sk-revealed]");
  const status = form.querySelector("[data-sk-status]");
  const turns = new Map();
  const waiting = new Map();

  // Only the answer to the latest question is shown.
  const ask = async (part, place, press) => {
    const turn = (turns.get(part) ?? 0) + 1;
    turns.set(part, turn);
    const fields = new URLSearchParams(new FormData(form));
    fields.set("part", part);
    if (press) fields.set("do", press);
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

  // One line more, or one less, without leaving the place.
  form.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-sk-swap]");
    const rows = form.querySelector("[data-sk-rows]");
    if (!button || !rows) return;
    event.preventDefault();
    try {
      if (!(await ask("rows", rows, button.value))) return;
    } catch {
      form.requestSubmit(button);
      return;
    }
    const titles = rows.querySelectorAll('input[name$="-title"]');
    titles[titles.length - 1]?.focus();
    soon(tell);
  });
}

// A second press of a button sends nothing a second time.
for (const form of document.querySelectorAll("form[data-sk-share], form[data-sk-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.skSent) event.preventDefault();
    form.dataset.skSent = "1";
  });
}

// Files can be dropped, and are named before they are sent.
for (const place of document.querySelectorAll("[data-sk-drop]")) {
  const field = place.querySelector('input[type="file"]');
  const picked = place.querySelector("[data-sk-picked]");
  const mark = (over) => place.classList.toggle("sk-over-it", over);

  field.addEventListener("change", () => {
    const lines = field.files.length > 1 ? [...field.files] : [];
    picked.replaceChildren(...lines.map((file) => Object.assign(document.createElement("li"), { textContent: file.name })));
  });
  place.addEventListener("dragover", (event) => {
    event.preventDefault();
    mark(true);
  });
  place.addEventListener("dragleave", () => mark(false));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    const files = new DataTransfer();
    for (const file of field.multiple ? event.dataTransfer.files : [...event.dataTransfer.files].slice(0, 1)) {
      files.items.add(file);
    }
    field.files = files.files;
    field.dispatchEvent(new Event("change"));
  });
}

// Addresses are copied with one press.
for (const button of document.querySelectorAll("[data-sk-copy]")) {
  const field = document.getElementById(button.dataset.skCopy);
  const words = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.select(); // no clipboard without https, except on localhost
      if (!document.execCommand("copy")) return;
    }
    button.textContent = button.dataset.skCopied;
    setTimeout(() => {
      button.textContent = words;
    }, 4000);
  });
}

// Coming back by the browser's own button finds the forms ready again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sk-sent]")) delete form.dataset.skSent;
});
