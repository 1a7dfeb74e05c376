// What makes pages pleasant where scripts run. Everything works without.
import { live } from "./live.js";

live();

// What is wrong with a form is where one goes on, and is read out.
const wrong = document.querySelector('[aria-invalid="true"]') ?? document.querySelector('.problem[role="alert"]');
if (wrong) wrong.focus();

// A form that was sent is not sent twice by an impatient second click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "true";
});

// Whoever is still here, or here again, can send it again.
const again = () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
};
addEventListener("pageshow", again);

// Filters apply as they are chosen.
for (const form of document.querySelectorAll("form.filters")) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select")) form.requestSubmit();
  });
}

// What was typed and not sent is not lost by leaving the page by mistake.
const dirty = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.closest('form[method="post"]');
  if (form) dirty.add(form);
});
document.addEventListener("samsyn:saved", (event) => dirty.delete(event.target));
addEventListener("beforeunload", (event) => {
  if (![...dirty].some((form) => form.isConnected && !form.dataset.sent)) return;
  event.preventDefault();
  // It comes to this when one has chosen to stay.
  setTimeout(again);
});
