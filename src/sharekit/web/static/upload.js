"use strict";

// Sends files of a form in parts, several at a time for each item, with progress, pause and resume (tus 1.0).
// Without it the form sends one file as it is. What is refused here is refused by the portal as well.
(() => {
  const PART = 2 * 1024 * 1024;
  const TRIES = 4;
  const running = new Set();
  let refused = 0;

  const encoded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

  class Refused extends Error {}

  const element = (name, className, text) => {
    const made = document.createElement(name);
    made.className = className;
    if (text !== undefined) {
      made.textContent = text;
    }
    return made;
  };

  const asked = async (url, method, headers, body, signal) => {
    const answer = await fetch(url, {
      method, body, signal, credentials: "same-origin", headers: { "Tus-Resumable": "1.0.0", ...headers },
    });
    if (answer.ok || answer.status === 409) {
      return answer;
    }
    if (answer.status >= 500 || answer.status === 408) {
      throw new TypeError("try again");
    }
    let message = "";
    try {
      message = (await answer.json()).message;
    } catch {
      // The answer was a page: there is nothing to read out.
    }
    throw new Refused(message);
  };

  const remembered = (form, file) => `sharekit:${form.dataset.files}:${form.dataset.item}:${file.name}:${file.size}:${file.lastModified}`;

  class Sending {
    constructor(form, list, file) {
      this.form = form;
      this.say = form.dataset;
      this.file = file;
      this.place = remembered(form, file);
      this.url = sessionStorage.getItem(this.place);
      this.row = element("li", "sending");
      this.bar = element("progress", "");
      this.bar.max = file.size;
      this.bar.value = 0;
      this.bar.setAttribute("aria-label", file.name);
      this.status = element("span", "status", this.say.sayWaiting);
      this.status.setAttribute("role", "status");
      this.toggle = element("button", "", this.say.sayPause);
      this.toggle.type = "button";
      this.toggle.addEventListener("click", () => (this.stop ? this.halt() : this.run()));
      this.gone = element("button", "", this.say.sayRemove);
      this.gone.type = "button";
      this.gone.addEventListener("click", () => this.remove());
      this.row.append(element("span", "receipt-name", file.name), this.bar, this.status, this.toggle, this.gone);
      list.append(this.row);
    }

    async run() {
      this.stop = new AbortController();
      this.toggle.textContent = this.say.sayPause;
      this.status.className = "status";
      running.add(this);
      for (let failures = 0; this.stop; ) {
        try {
          await this.send(() => { failures = 0; });
          this.finish();
        } catch (error) {
          if (error instanceof Refused) {
            this.refuse(error.message || this.say.sayFailed);
          } else if (this.stop) {
            failures += 1;
            this.status.textContent = this.say.sayLost;
            if (failures >= TRIES) {
              this.halt();
            } else {
              await pause(2 ** failures);
            }
          }
        }
      }
    }

    async send(went) {
      const signal = this.stop.signal;
      let offset = this.url ? await this.offset(signal) : null;
      if (offset === null) {
        const metadata = `filename ${encoded(this.file.name)},item ${encoded(this.say.item)}`;
        const begun = await asked(this.say.files, "POST", {
          "Upload-Length": String(this.file.size), "Upload-Metadata": metadata,
        }, undefined, signal);
        this.url = begun.headers.get("Location");
        sessionStorage.setItem(this.place, this.url);
        offset = 0;
      }
      while (offset < this.file.size) {
        this.show(offset);
        const answer = await asked(this.url, "PATCH", {
          "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(offset),
        }, this.file.slice(offset, offset + PART), signal);
        const next = Number(answer.headers.get("Upload-Offset"));
        if (answer.headers.get("Upload-Offset") === null || !Number.isFinite(next)) {
          throw new Refused("");
        }
        offset = next;
        went();
      }
    }

    async offset(signal) {
      const answer = await fetch(this.url, {
        method: "HEAD", signal, credentials: "same-origin", headers: { "Tus-Resumable": "1.0.0" },
      });
      if (answer.ok) {
        return Number(answer.headers.get("Upload-Offset"));
      }
      if (answer.status >= 500) {
        throw new TypeError("try again");
      }
      sessionStorage.removeItem(this.place);
      this.url = null;
      return null;
    }

    show(offset) {
      this.bar.value = offset;
      this.status.textContent = `${Math.floor((100 * offset) / this.file.size)} %`;
    }

    halt() {
      const stop = this.stop;
      this.stop = null;
      running.delete(this);
      stop.abort();
      this.toggle.textContent = this.say.sayResume;
    }

    finish() {
      this.stop = null;
      this.bar.value = this.file.size;
      this.status.textContent = this.say.sayDone;
      this.status.className = "status good";
      this.toggle.remove();
      this.gone.remove();
      this.over();
    }

    refuse(message) {
      this.stop = null;
      refused += 1;
      this.status.textContent = message;
      this.status.className = "status problem";
      this.status.setAttribute("role", "alert");
      this.toggle.remove();
      this.bar.remove();
      this.over();
    }

    over() {
      sessionStorage.removeItem(this.place);
      running.delete(this);
      // The page as it is now has the receipts; a refusal is left to be read.
      if (running.size === 0 && refused === 0) {
        location.reload();
      }
    }

    remove() {
      if (this.stop) {
        this.halt();
      }
      if (this.url) {
        sessionStorage.removeItem(this.place);
        fetch(this.url, {
          method: "DELETE", credentials: "same-origin", headers: { "Tus-Resumable": "1.0.0" },
        }).catch(() => {});
      }
      this.row.remove();
      if (this.status.classList.contains("problem")) {
        refused -= 1;
      }
    }
  }

  const problemOf = (form, file, room) => {
    const say = form.dataset;
    const name = file.name.toLowerCase();
    if (!say.accept.split(",").some((ending) => name.endsWith(ending))) {
      return say.sayType;
    }
    if (file.size > Number(say.largest)) {
      return say.sayLarge;
    }
    if (file.size === 0) {
      return say.sayEmpty;
    }
    return room < 1 ? say.sayMany : null;
  };

  for (const form of document.querySelectorAll("form[data-upload]")) {
    const field = form.querySelector("input[type=file]");
    const label = form.querySelector("label");
    const list = element("ul", "receipts");
    let room = Number(form.dataset.room);
    field.multiple = room > 1;
    field.required = false;
    label.textContent = form.dataset.sayDrop;
    form.classList.add("scripted");
    form.querySelector("button[type=submit]").remove();
    form.after(list);

    const take = (files) => {
      for (const file of files) {
        const sending = new Sending(form, list, file);
        const problem = problemOf(form, file, room);
        if (problem === null) {
          room -= 1;
          sending.run();
        } else {
          sending.refuse(problem);
        }
      }
    };

    field.addEventListener("change", () => {
      take([...field.files]);
      field.value = "";
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    for (const kind of ["dragenter", "dragover"]) {
      form.addEventListener(kind, (event) => {
        event.preventDefault();
        form.classList.add("over");
      });
    }
    for (const kind of ["dragleave", "drop"]) {
      form.addEventListener(kind, (event) => {
        event.preventDefault();
        form.classList.remove("over");
      });
    }
    form.addEventListener("drop", (event) => take([...event.dataTransfer.files]));
  }
  window.addEventListener("beforeunload", (event) => {
    if (running.size > 0) {
      event.preventDefault();
    }
  });
})();
