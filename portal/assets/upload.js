// Files by drag and drop, with progress; they can be paused, and go on where they stopped after a lost connection. They
// go to the API as any client's would: a place for each by GraphQL, then piece by piece after tus 1.0.
/** How much goes up at once, in bytes. */
const PIECE = 1024 * 1024;
/** The waits before trying again after a lost connection, in milliseconds. */
const WAITS = [500, 1000, 2000, 5000, 10_000];

const TUS = { "tus-resumable": "1.0.0" };
const sleep = (ms) => new Promise((done) => {
  const timer = setTimeout(done, ms);
  addEventListener("online", () => (clearTimeout(timer), done()), { once: true });
});

class Refused extends Error {
  /** With the code of the API's, where it has said one. */
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

/** Where a file may go. */
async function place(evidenceId, fileName) {
  const query = "mutation ($input: CreateEvidenceUploadInput!) { createEvidenceUpload(input: $input) { url } }";
  const answer = await fetch("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ query, variables: { input: { evidenceId, fileName } } }),
  });
  const { data, errors } = await answer.json();
  if (errors) throw new Refused(errors[0].message, errors[0].extensions?.code);
  return new URL(data.createEvidenceUpload.url).pathname;
}

/** What became of a request: its answer, or a refusal for good. Anything else is a connection that failed. */
async function send(url, options) {
  const answer = await fetch(url, options);
  if (answer.ok) return answer;
  if (answer.status >= 500 || answer.status === 409 || answer.status === 423) throw new TypeError("try again");
  const told = await answer.json().catch(() => ({}));
  throw new Refused(told.errors?.[0]?.message ?? String(answer.status), told.errors?.[0]?.extensions?.code);
}

/** A file on its way, shown as a row. */
class Sending {
  constructor(file, list, removed) {
    this.file = file;
    this.list = list;
    this.row = document.createElement("li");
    this.name = document.createElement("span");
    this.name.textContent = file.name;
    this.state = document.createElement("span");
    this.button = document.createElement("button");
    this.button.type = "button";
    this.row.append(this.name, this.state, this.button);
    list.append(this.row);
    this.button.onclick = () => (this.bar ? this.toggle() : (this.row.remove(), removed(this)));
    this.say("remove", "");
  }

  say(button, state) {
    this.button.textContent = button ? `${this.list.dataset[`say${button[0].toUpperCase()}${button.slice(1)}`]}` : "";
    this.button.setAttribute("aria-label", `${this.button.textContent}: ${this.file.name}`);
    this.button.hidden = !button;
    this.state.textContent = state;
  }

  toggle() {
    this.paused = !this.paused;
    if (this.paused) this.stop.abort();
    else this.resume();
    this.say(this.paused ? "resume" : "pause", this.paused ? this.list.dataset.sayPaused : "");
  }

  /** Goes on until all of it is there. */
  async run(evidence) {
    if (this.done) return;
    this.row.querySelector(".bad")?.remove();
    this.bar ??= this.row.appendChild(Object.assign(document.createElement("progress"), { max: this.file.size || 1, value: 0 }));
    this.bar.setAttribute("aria-label", this.file.name);
    this.say("pause", "");
    this.url ??= await place(evidence, this.file.name);
    for (let lost = 0; ; ) {
      try {
        await this.pieces();
        break;
      } catch (error) {
        if (error instanceof Refused) throw error;
        if (this.paused) await new Promise((resume) => (this.resume = resume));
        else {
          this.say("pause", this.list.dataset.sayWaits);
          await sleep(WAITS[Math.min(lost++, WAITS.length - 1)]);
        }
      }
    }
    this.done = true;
    this.bar.value = this.bar.max;
    this.say("", this.list.dataset.sayDone);
  }

  async pieces() {
    this.stop = new AbortController();
    const signal = this.stop.signal;
    let offset = 0;
    if (!this.begun) {
      await send(this.url, { method: "POST", headers: { ...TUS, "upload-length": this.file.size }, signal });
      this.begun = true;
    } else {
      const answer = await send(this.url, { method: "HEAD", headers: TUS, signal });
      offset = Number(answer.headers.get("upload-offset"));
    }
    do {
      const body = this.file.slice(offset, offset + PIECE);
      const headers = { ...TUS, "upload-offset": offset, "content-type": "application/offset+octet-stream" };
      const answer = await send(this.url, { method: "PATCH", headers, body, signal });
      offset = Number(answer.headers.get("upload-offset"));
      this.bar.value = offset;
      this.say("pause", "");
    } while (offset < this.file.size);
  }

  /** What the API says of it is English: it is told by its code. */
  fail({ code }) {
    const { sayRefused, sayUnsupported, sayLarge } = this.list.dataset;
    const said = { INVALID_INPUT: sayUnsupported, LIMIT_EXCEEDED: sayLarge }[code] ?? sayRefused;
    const told = Object.assign(document.createElement("span"), { className: "bad", textContent: said });
    this.row.append(told);
    this.bar?.remove();
    this.bar = undefined;
    this.url = undefined;
    this.begun = false;
    this.say("remove", "");
  }
}

/** Goes on as if a form with these fields had been sent. */
function go(action, fields) {
  const form = Object.assign(document.createElement("form"), { method: "post", action, hidden: true });
  for (const [name, value] of fields) form.append(Object.assign(document.createElement("input"), { name, value }));
  document.body.append(form);
  form.submit();
}

/** The draft that the form describes; nothing, if something is wrong with it, which is then shown. */
async function draft(form, fields) {
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  const answer = await fetch(form.action, { method: "POST", headers: { accept: "application/json" }, body });
  if (answer.ok && answer.headers.get("content-type")?.startsWith("application/json")) return (await answer.json()).id;
  if (answer.redirected) location.assign(answer.url);
  const shown = new DOMParser().parseFromString(await answer.text(), "text/html");
  const kept = form.querySelector("[data-drop]");
  const next = shown.querySelector("form[data-upload]");
  if (next) {
    next.querySelector("[data-drop]").replaceWith(kept);
    form.replaceWith(next);
    next.querySelector('[aria-invalid="true"], .problem')?.focus();
    return undefined;
  }
  throw new Refused(shown.querySelector("main")?.textContent.trim() ?? String(answer.status));
}

let files = [];
let evidence;

for (const zone of document.querySelectorAll("[data-drop]")) {
  const list = zone.querySelector("[data-uploads]");
  const input = zone.querySelector('input[type="file"]');
  const take = (chosen) => {
    for (const file of chosen) files.push(new Sending(file, list, (gone) => (files = files.filter((one) => one !== gone))));
    input.value = "";
  };
  input.addEventListener("change", () => take(input.files));
  zone.addEventListener("dragover", (event) => (event.preventDefault(), zone.classList.add("over")));
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    take(event.dataTransfer.files);
  });
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-upload]");
  if (!form || files.length === 0) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const button = form.querySelector('.buttons [type="submit"]');
  if (button.disabled) return;
  button.disabled = true;
  try {
    const fields = [...new FormData(form)].filter(([name]) => name !== "file");
    evidence ??= form.dataset.evidence ?? (await draft(form, fields));
    if (!evidence) return;
    let failed = false;
    for (const file of files) await file.run(evidence).catch((error) => (file.fail(error), failed = true));
    if (failed) return;
    // All of it is there: nothing is lost by leaving the page.
    form.dataset.sent = "true";
    if (form.dataset.evidence) location.assign(`/evidence/${evidence}?done=uploadEvidenceFile`);
    else go(`/evidence/${evidence}/hand-in`, fields.filter(([name]) => ["agreementId", "message", "request", "requestVersion"].includes(name)));
  } catch (error) {
    form.querySelector("[data-uploads]").append(Object.assign(document.createElement("li"), { className: "bad", textContent: error.message }));
  } finally {
    button.disabled = false;
  }
}, { capture: true });
