"use strict";

// Copying an address. Every page works without this file.

const announcer = document.getElementById("announcer");

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
      announcer.textContent = "The link was copied.";
    } catch {
      announcer.textContent = "It could not be copied. The address is selected; copy it yourself.";
    }
  });
}
