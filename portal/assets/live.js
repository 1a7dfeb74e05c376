// What others change appears by itself. The page listens for events; when one comes, it is fetched again, and the regions
// marked `data-live` that changed are put in place: but never one in which somebody is typing, or has typed.
const PROTOCOL = "graphql-transport-ws";
const DOCUMENT = "subscription Live { events { position } }";
/** How long several events are waited for together, in milliseconds. */
const TOGETHER = 400;
/** The longest wait between two attempts to connect. */
const LONGEST = 60_000;

const regions = () => [...document.querySelectorAll("[data-live][id]")];

/** Whether somebody is at work in a region. */
const busy = (region) =>
  region.contains(document.activeElement) && document.activeElement.matches("input, textarea, select") ||
  region.querySelector("dialog[open], details.act[open] form") !== null ||
  [...region.querySelectorAll("input:not([type=hidden]), textarea")].some((field) =>
    field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);

async function refresh() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const region of regions()) {
    const next = fresh.getElementById(region.id);
    if (!next || next.innerHTML === region.innerHTML || busy(region)) continue;
    const inside = region.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    region.replaceWith(next);
    if (inside) next.querySelector(`[href="${CSS.escape(inside)}"]`)?.focus();
  }
  document.dispatchEvent(new CustomEvent("samsyn:refreshed"));
}

export function live() {
  if (regions().length === 0) return;
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
