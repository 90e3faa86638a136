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
