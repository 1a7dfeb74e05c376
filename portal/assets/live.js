// What others change appears by itself. The page listens for events; when one comes, it is fetched again, and whatever is
// different in the parts marked `data-live` is put in place: but never where somebody is typing, or has typed.
const PROTOCOL = "graphql-transport-ws";
const DOCUMENT = "subscription Live { events { position } }";
/** How long several events are waited for together, in milliseconds. */
const TOGETHER = 400;
/** The longest wait between two attempts to connect. */
const LONGEST = 60_000;

/** What people and scripts open, hide and mark on the page itself. */
const THEIRS = ["open", "hidden", "disabled", "data-here", "data-sent"];

const parts = () => [...document.querySelectorAll("[data-live][id]")];
const isElement = (node) => node.nodeType === Node.ELEMENT_NODE;

/** Whether a field is not as it came. */
function changed(field) {
  if (field.options) return field.selectedIndex !== Math.max([...field.options].findIndex((option) => option.defaultSelected), 0);
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue;
}

/** Whether somebody is typing in a form, has typed or chosen something, or has sent it. */
const atWork = (form) =>
  "sent" in form.dataset ||
  form.contains(document.activeElement) && document.activeElement.matches("input, textarea, select") ||
  form.querySelector("[data-uploads] > *") !== null ||
  [...form.elements].some(changed);

/** Whether a piece may not go, since somebody is at work in it. */
const holds = (node) => isElement(node) && (
  [node, ...node.querySelectorAll("form")].some((form) => form.matches("form") && atWork(form)) ||
  [node, ...node.querySelectorAll("details[open]")].some((part) => part.matches("details[open]") && part.querySelector("form")) ||
  node.querySelector("dialog[open]") !== null);

/** By what a piece is known again among those beside it: its kind, where it leads, and what it is there for. */
function known(node) {
  if (!isElement(node)) return node.nodeName;
  // A form's own `id` may be a field of that name.
  const own = (element) => ["id", "href", "action", "aria-labelledby"].map((name) => element?.getAttribute(name)).find(Boolean) ?? "";
  const inner = () => node.matches("li, tr, details, .act-now") ? own(node.querySelector("[id], [href], [action]")) : "";
  return `${node.nodeName} ${own(node) || inner() || (node.classList[0] ?? "")}`;
}

/** Makes a piece of the page like the fresh one. A form in which somebody is at work stays, with the version that it is about. */
function settle(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (!isElement(old)) return void (old.data = fresh.data);
  if (old.matches("form") && atWork(old)) return;
  const theirs = ({ name }) => THEIRS.includes(name);
  for (const one of [...old.attributes]) if (!theirs(one) && !fresh.hasAttribute(one.name)) old.removeAttribute(one.name);
  for (const one of fresh.attributes) if (!theirs(one) && old.getAttribute(one.name) !== one.value) old.setAttribute(one.name, one.value);
  settleWithin(old, fresh);
  if ("defaultValue" in old && !["checkbox", "radio", "file"].includes(old.type)) old.value = old.defaultValue;
}

function settleWithin(old, fresh) {
  const there = Map.groupBy(old.childNodes, known);
  const pairs = [...fresh.childNodes].map((wanted) => [wanted, there.get(known(wanted))?.shift()]);
  const gone = [...there.values()].flat();
  const held = new Set(gone.filter(holds));
  for (const node of gone) if (!held.has(node)) node.remove();
  let at = old.firstChild;
  for (const [wanted, kept] of pairs) {
    while (held.has(at)) at = at.nextSibling;
    if (!kept) old.insertBefore(wanted, at);
    else if (kept === at) at = at.nextSibling;
    // What is moved loses the focus.
    else if (!kept.contains(document.activeElement)) old.insertBefore(kept, at);
    if (kept) settle(kept, wanted);
  }
}

async function refresh() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of parts()) {
    const fresh = page.getElementById(part.id);
    // What was answered to a form may stand at the address of the form.
    if (fresh?.matches("[data-live]")) settle(part, fresh);
  }
  document.dispatchEvent(new CustomEvent("samsyn:refreshed"));
}

export function live() {
  if (parts().length === 0) return;
  let socket, timer, wait = 1000;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => refresh().catch(() => {}), TOGETHER);
  };
  const connect = () => {
    socket = new WebSocket(new URL("/graphql/ws", location.href.replace(/^http/, "ws")), PROTOCOL);
    socket.onopen = () => socket.send(JSON.stringify({ type: "connection_init" }));
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === "connection_ack") {
        socket.send(JSON.stringify({ id: "live", type: "subscribe", payload: { query: DOCUMENT } }));
        if (wait > 1000) soon();
        wait = 1000;
      }
      if (message.type === "ping") socket.send(JSON.stringify({ type: "pong" }));
      if (message.type === "next") soon();
    };
    socket.onclose = () => {
      socket = undefined;
      if (document.visibilityState === "visible") setTimeout(() => socket ?? connect(), wait);
      wait = Math.min(wait * 2, LONGEST);
    };
  };
  // A page that nobody looks at holds no connection.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && !socket) {
      connect();
      soon();
    }
  });
  addEventListener("pagehide", () => socket?.close());
  connect();
}
