"use strict";

// Sends files of a form in parts, a few at a time, with progress, pause and resume (tus 1.0).
// Without it the form sends one file as it is. What is refused here is refused by the portal as well.
(() => {
  const PART = 2 * 1024 * 1024;
  const TRIES = 4;
  const AT_ONCE = 3;
  const pending = new Set(); // what has not come to its end: waiting, under way, or paused
  const waiting = [];
  const running = new Set();
  let refused = 0;
  let arrived = 0;

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

  const judged = async (answer) => {
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

  const asked = async (url, method, headers, signal) => judged(await fetch(url, {
    method, signal, credentials: "same-origin", headers: { "Tus-Resumable": "1.0.0", ...headers },
  }));

  // Only this way a browser tells how much of a part has left.
  const sent = (url, offset, part, signal, went) => new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("PATCH", url);
    request.setRequestHeader("Tus-Resumable", "1.0.0");
    request.setRequestHeader("Content-Type", "application/offset+octet-stream");
    request.setRequestHeader("Upload-Offset", String(offset));
    request.upload.addEventListener("progress", (event) => went(event.loaded));
    request.addEventListener("load", () => {
      const known = request.getResponseHeader("Upload-Offset");
      const headers = known === null ? {} : { "Upload-Offset": known };
      const body = request.status === 204 ? null : request.responseText;
      done(judged(new Response(body, { status: request.status, headers })));
    });
    for (const kind of ["error", "abort", "timeout"]) {
      request.addEventListener(kind, () => failed(new TypeError(kind)));
    }
    signal.addEventListener("abort", () => request.abort());
    request.send(part);
  });

  // Waits until there is room, so that the first files are there before the last ones begin.
  const next = () => {
    while (running.size < AT_ONCE && waiting.length > 0) {
      waiting.shift().run();
    }
  };

  // The page as it is now has the receipts; a refusal is left to be read, and a paused file to be resumed.
  const settle = () => {
    if (pending.size === 0 && refused === 0 && arrived > 0) {
      location.reload();
    }
  };

  const remembered = (form, file) => `sharekit:${form.dataset.files}:${form.dataset.item}:${file.name}:${file.size}:${file.lastModified}`;

  class Sending {
    constructor(form, list, file, giveBack) {
      this.form = form;
      this.say = form.dataset;
      this.file = file;
      this.giveBack = giveBack;
      this.place = remembered(form, file);
      this.url = sessionStorage.getItem(this.place);
      this.row = element("li", "sending");
      this.bar = element("progress", "");
      this.bar.max = file.size;
      this.bar.value = 0;
      this.bar.setAttribute("aria-label", file.name);
      this.percent = element("span", "percent");
      this.percent.setAttribute("aria-hidden", "true"); // the bar says it already
      this.status = element("span", "status");
      this.status.setAttribute("role", "status");
      this.toggle = this.button("toggle", () => (this.stop ? this.halt() : this.start()));
      this.gone = this.button("gone", () => this.remove());
      this.call(this.gone, this.say.sayRemove);
      const state = element("span", "state");
      state.append(this.percent, this.status);
      this.row.append(element("span", "receipt-name", file.name), this.bar, state, this.toggle, this.gone);
      list.append(this.row);
    }

    button(className, press) {
      const made = element("button", className);
      made.type = "button";
      made.addEventListener("click", press);
      return made;
    }

    call(button, words) {
      button.textContent = words;
      button.setAttribute("aria-label", `${words}: ${this.file.name}`);
    }

    start() {
      pending.add(this);
      waiting.push(this);
      this.lost = false;
      this.tell(this.say.sayWaiting);
      this.toggle.hidden = true;
      next();
    }

    tell(words, mood = "") {
      this.status.textContent = words;
      this.status.className = `status ${mood}`;
    }

    async run() {
      const stop = new AbortController();
      this.stop = stop;
      running.add(this);
      this.tell("");
      this.call(this.toggle, this.say.sayPause);
      this.toggle.hidden = false;
      for (let failures = 0; this.stop === stop; ) {
        try {
          await this.send(stop.signal, () => { failures = 0; });
          this.finish();
        } catch (error) {
          if (error instanceof Refused) {
            this.refuse(error.message || this.say.sayFailed);
          } else if (this.stop === stop) {
            failures += 1;
            this.tell(this.say.sayLost);
            if (failures >= TRIES) {
              this.lost = true;
              this.halt();
            } else {
              await pause(2 ** failures);
            }
          }
        }
      }
    }

    async send(signal, went) {
      let offset = this.url ? await this.offset(signal) : null;
      if (offset === null) {
        const metadata = `filename ${encoded(this.file.name)},item ${encoded(this.say.item)}`;
        const begun = await asked(this.say.files, "POST", {
          "Upload-Length": String(this.file.size), "Upload-Metadata": metadata,
        }, signal);
        this.url = begun.headers.get("Location");
        sessionStorage.setItem(this.place, this.url);
        offset = 0;
      }
      while (offset < this.file.size) {
        const from = offset;
        this.show(from);
        const part = this.file.slice(from, from + PART);
        const answer = await sent(this.url, from, part, signal, (loaded) => this.show(from + Math.min(loaded, part.size)));
        const known = Number(answer.headers.get("Upload-Offset"));
        if (answer.headers.get("Upload-Offset") === null || !Number.isFinite(known)) {
          throw new Refused("");
        }
        offset = known;
        if (this.status.textContent) {
          this.tell("");
        }
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
      this.percent.textContent = `${Math.floor((100 * offset) / this.file.size)} %`;
    }

    halt() {
      const stop = this.stop;
      this.stop = null;
      running.delete(this);
      stop.abort();
      this.call(this.toggle, this.say.sayResume);
      next();
    }

    finish() {
      arrived += 1;
      this.bar.value = this.file.size;
      this.percent.remove();
      this.tell(this.say.sayDone, "good");
      this.gone.remove();
      this.over();
    }

    refuse(message) {
      refused += 1;
      this.status.setAttribute("role", "alert");
      this.tell(message, "problem");
      this.row.classList.add("refused");
      this.bar.remove();
      this.percent.remove();
      this.over();
      this.giveBack();
    }

    over() {
      if (document.activeElement === this.toggle) {
        (this.gone.isConnected ? this.gone : this.form.querySelector("input")).focus();
      }
      this.toggle.remove();
      this.stop = null;
      sessionStorage.removeItem(this.place);
      pending.delete(this);
      running.delete(this);
      next();
      settle();
    }

    remove() {
      if (this.stop) {
        this.halt();
      }
      if (waiting.includes(this)) {
        waiting.splice(waiting.indexOf(this), 1);
      }
      if (this.url && pending.has(this)) {
        sessionStorage.removeItem(this.place);
        fetch(this.url, {
          method: "DELETE", credentials: "same-origin", headers: { "Tus-Resumable": "1.0.0" },
        }).catch(() => {});
      }
      this.row.remove();
      this.form.querySelector("input").focus();
      if (pending.delete(this)) {
        this.giveBack();
      } else {
        refused -= 1;
      }
      settle();
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
        const problem = problemOf(form, file, room);
        room -= 1;
        const sending = new Sending(form, list, file, () => { room += 1; });
        if (problem === null) {
          sending.start();
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
    form.addEventListener("dragleave", (event) => {
      if (!form.contains(event.relatedTarget)) {
        form.classList.remove("over");
      }
    });
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      form.classList.remove("over");
      take([...event.dataTransfer.files]);
    });
  }
  // A file that is dropped beside a form would be shown in the place of this page.
  for (const kind of ["dragover", "drop"]) {
    window.addEventListener(kind, (event) => {
      if (event.dataTransfer.types.includes("Files") && !event.defaultPrevented) {
        event.preventDefault();
        event.dataTransfer.dropEffect = "none";
      }
    });
  }
  // What was lost with the connection goes on when that is back; what somebody paused does not.
  window.addEventListener("online", () => {
    for (const sending of pending) {
      if (sending.lost) {
        sending.start();
      }
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (pending.size > 0) {
      event.preventDefault();
    }
  });
})();
