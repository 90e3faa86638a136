"use strict";

// Copying an address, and asking a question on the spot. Every page works without this file.

const announce = (text) => {
  document.getElementById("announcer").textContent = text;
};

const copy = async (field) => {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.select(); // no clipboard without https, except on localhost
    return document.execCommand("copy");
  }
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const done = await copy(document.getElementById(button.dataset.copy));
  announce(done ? "The link was copied." : "It could not be copied. Select the address and copy it yourself.");
  if (!done) return;
  button.textContent = "Copied";
  setTimeout(() => {
    button.textContent = "Copy link";
    announce("");
  }, 4000);
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.opens).showModal();
  }
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog").close();
});

for (const dialog of document.querySelectorAll("dialog[data-modal]")) {
  dialog.close();
  dialog.showModal();
}

for (const field of document.querySelectorAll("input.url")) {
  field.addEventListener("focus", () => field.select());
}

// While somebody types, the people are looked up; while they choose, what that reveals is told.
for (const form of document.querySelectorAll("form[data-found]")) {
  const people = form.querySelector("#found");
  const revealed = form.querySelector("#revealed");
  const turns = new Map();
  const waiting = new Map();

  // Only the answer to the latest question is shown.
  const load = async (place, address, options) => {
    const turn = (turns.get(place) ?? 0) + 1;
    turns.set(place, turn);
    const answer = await fetch(address, { credentials: "same-origin", ...options });
    const text = await answer.text();
    if (!answer.ok || answer.redirected || turn !== turns.get(place)) return false;
    place.innerHTML = text; // a page of ours, escaped by its template
    return true;
  };

  const tell = () => load(revealed, form.dataset.revealed, { method: "POST", body: new URLSearchParams(new FormData(form)) });

  const look = async () => {
    const fields = new FormData(form);
    const query = new URLSearchParams({ q: fields.get("q"), contact: fields.get("contact") ?? "" });
    if (!(await load(people, `${form.dataset.found}?${query}`))) return;
    const count = people.querySelectorAll("input").length;
    announce(count === 1 ? "One person found." : `${count} people found.`);
    await tell();
  };

  form.addEventListener("input", (event) => {
    const ask = event.target.id === "q" ? look : tell;
    clearTimeout(waiting.get(ask));
    waiting.set(ask, setTimeout(() => ask().catch(() => {}), 200)); // without an answer the buttons still work
  });
}
