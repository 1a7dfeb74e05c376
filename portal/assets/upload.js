// Files by drag and drop, with progress; they can be paused, and go on where they stopped after a lost connection. They
// go to the API as any client's would: a place for each by GraphQL, then piece by piece after tus 1.0.
/** How much goes up at once, in bytes. */
const PIECE = 1024 * 1024;
/** The waits before trying again after a lost connection, in milliseconds. */
const WAITS = [500, 1000, 2000, 5000, 10_000];

const TUS = { "tus-resumable": "1.0.0" };
/** Waits so long, or until there is a reason not to. */
const sleep = (ms, signal) => new Promise((done) => {
  setTimeout(done, ms);
  addEventListener("online", done, { once: true });
  signal.addEventListener("abort", done, { once: true });
});

class Refused extends Error {
  /** With the code of the API's, and with what a page has said of it. */
  constructor(code, said) {
    super(said);
    this.code = code;
  }
}

const refused = (errors) => new Refused(errors?.[0]?.extensions?.code);

/** What became of a request: its answer, or a refusal for good. Anything else is a connection that failed. */
async function send(url, options) {
  const answer = await fetch(url, options);
  if (answer.ok) return answer;
  if (answer.status >= 500 || [409, 423, 429].includes(answer.status)) throw new TypeError("try again");
  const told = await answer.json().catch(() => ({}));
  throw refused(told.errors);
}

/** Where a file may go. */
async function place(evidenceId, fileName, signal) {
  const query = "mutation ($input: CreateEvidenceUploadInput!) { createEvidenceUpload(input: $input) { url } }";
  const answer = await send("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ query, variables: { input: { evidenceId, fileName } } }),
    signal,
  });
  const { data, errors } = await answer.json();
  if (errors) throw refused(errors);
  return new URL(data.createEvidenceUpload.url).pathname;
}

/** What is said of a failure in the page's language; what the API says of it is English. */
function said(error, { sayLost, saySignedOut, sayUnsupported, sayLarge, sayRefused }) {
  if (!(error instanceof Refused)) return sayLost;
  const known = { UNAUTHENTICATED: saySignedOut, INVALID_INPUT: sayUnsupported, LIMIT_EXCEEDED: sayLarge };
  return error.message || known[error.code] || sayRefused;
}

const problem = (name, text) => Object.assign(document.createElement(name), { className: "bad", textContent: text });

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
    this.say(this.paused ? "resume" : "pause", this.paused ? this.list.dataset.sayPaused : "");
    if (this.paused) this.stop.abort();
    else this.resume?.();
  }

  /** Goes on until all of it is there. */
  async run(evidence) {
    if (this.done) return;
    this.paused = false;
    this.row.querySelector(".bad")?.remove();
    this.bar ??= this.row.appendChild(Object.assign(document.createElement("progress"), { max: this.file.size || 1, value: 0 }));
    this.bar.setAttribute("aria-label", this.file.name);
    this.say("pause", "");
    for (let lost = 0; !this.done; ) {
      this.stop = new AbortController();
      if (this.paused) await new Promise((resume) => (this.resume = resume));
      else await this.goes(evidence).catch((error) => this.waits(error, lost++));
    }
    this.bar.value = this.bar.max;
    this.say("", this.list.dataset.sayDone);
  }

  /** As far as the connection lasts. */
  async goes(evidence) {
    const { signal } = this.stop;
    this.url ??= await place(evidence, this.file.name, signal);
    await this.pieces(signal);
    this.done = true;
  }

  async waits(error, lost) {
    if (error instanceof Refused) throw error;
    if (this.paused) return;
    this.say("pause", this.list.dataset.sayWaits);
    await sleep(WAITS[Math.min(lost, WAITS.length - 1)], this.stop.signal);
  }

  async pieces(signal) {
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

  fail(error) {
    this.row.append(problem("span", said(error, this.list.dataset)));
    this.bar.remove();
    this.bar = undefined;
    this.say("remove", "");
    // Whoever signs in again goes on where this stopped.
    if (error.code === "UNAUTHENTICATED") return;
    this.url = undefined;
    this.begun = false;
  }
}

/** Goes on as if a form with these fields had been sent. */
function go(action, fields) {
  const form = Object.assign(document.createElement("form"), { method: "post", action, hidden: true });
  for (const [name, value] of fields) form.append(Object.assign(document.createElement("input"), { name, value }));
  document.body.append(form);
  form.submit();
}

/** Has the form remember its draft: what is corrected afterwards changes that, and makes no second one. */
function remember(form, draft) {
  for (const [name, value] of Object.entries(draft)) {
    form.querySelector(`[type="hidden"][name="${name}"]`)?.remove();
    form.prepend(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
}

/** What is said when it is handed in; everything else describes it. */
const HANDED = ["agreementId", "message", "request", "requestVersion"];
const fields = (form) => [...new FormData(form)].filter(([name]) => name !== "file");
const description = (form) => JSON.stringify(fields(form).filter(([name]) => ![...HANDED, "id", "expectedVersion"].includes(name)));

/** How the draft was last described. */
let described;

/** The draft that the form describes; nothing, if something is wrong with it, which is then shown. */
async function draft(form) {
  const now = description(form);
  if (now === described) return form.elements.id.value;
  const body = new FormData();
  for (const [name, value] of fields(form)) body.append(name, value);
  const answer = await fetch(form.action, { method: "POST", headers: { accept: "application/json" }, body });
  if (answer.status === 401) throw new Refused("UNAUTHENTICATED");
  if (answer.ok) {
    const { id, version } = await answer.json();
    remember(form, { id, expectedVersion: version });
    described = now;
    return id;
  }
  const shown = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = shown.querySelector("form[data-upload]");
  if (!next) throw new Refused("", shown.querySelector("main")?.textContent.trim());
  next.querySelector("[data-drop]").replaceWith(form.querySelector("[data-drop]"));
  form.replaceWith(next);
  // Somebody else may have described it meanwhile.
  described = undefined;
  next.querySelector('[aria-invalid="true"], .problem')?.focus();
  return undefined;
}

let files = [];

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
  const list = form.querySelector("[data-uploads]");
  list.querySelector("li.bad")?.remove();
  try {
    const evidence = form.dataset.evidence ?? (await draft(form));
    if (!evidence) return;
    let failed = false;
    for (const file of files) await file.run(evidence).catch((error) => (file.fail(error), failed = true));
    if (failed) return;
    // What was typed meanwhile is part of it.
    if (!form.dataset.evidence && !(await draft(form))) return;
    // All of it is there: nothing is lost by leaving the page.
    form.dataset.sent = "true";
    if (form.dataset.evidence) location.assign(`/evidence/${evidence}?done=uploadEvidenceFile`);
    else go(`/evidence/${evidence}/hand-in`, fields(form).filter(([name]) => HANDED.includes(name)));
  } catch (error) {
    list.append(problem("li", said(error, list.dataset)));
  } finally {
    button.disabled = false;
  }
}, { capture: true });
