// A meeting by keyboard: from point to point, and to what is taken down there. Where notes were written and not saved,
// they are saved together with whatever is sent next.

const TYPING = 'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]';
const OFF = 'samsyn-keys-off';

const help = document.querySelector('#keys');
const steps = [...document.querySelectorAll('[data-step]')];
let here = null;

const stepOf = (element) => element?.closest?.('[data-step]') ?? null;

function mark(step) {
  if (!step || step === here) return;
  here?.removeAttribute('data-here');
  step.setAttribute('data-here', '');
  here = step;
}

function go(step) {
  if (!step) return;
  mark(step);
  step.focus({ preventScroll: true });
  step.scrollIntoView({ block: 'start' });
}

// The point that one is at: where the focus is, where one went last, or the first one that is seen.
function current() {
  const seen = () => steps.find((step) => step.getBoundingClientRect().bottom > 100);
  return stepOf(document.activeElement) ?? here ?? seen() ?? null;
}

function move(by) {
  const at = here || stepOf(document.activeElement) ? steps.indexOf(current()) + by : 0;
  go(steps[Math.min(Math.max(at, 0), steps.length - 1)]);
}

// Opens what stands behind a key at the current point, and goes to its first field.
function take(key) {
  const at = current();
  const step = at?.querySelector(`[data-take="${key}"]`) ? at : steps.find((one) => one.querySelector(`[data-take="${key}"]`));
  const details = step?.querySelector(`[data-take="${key}"]`);
  if (!details) return;
  details.open = true;
  mark(step);
  field(details)?.focus();
}

const field = (within) => within?.querySelector('textarea, input:not([type="hidden"]), select');

// Goes on writing where the text ends.
function write(step, within = step) {
  const one = field(within);
  if (!one) return;
  mark(step);
  one.focus();
  one.setSelectionRange(one.value.length, one.value.length);
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  b: () => take('b'),
  a: () => take('a'),
  n: () => {
    const at = current();
    const step = at?.querySelector('.notes') ? at : steps.find((one) => one.querySelector('.notes'));
    write(step, step?.querySelector('.notes'));
  },
  p: () => write(document.querySelector('#add')),
  m: () => write(document.querySelector('#minutes')),
  '?': () => help?.showModal(),
};

// What is projected is gone through by the keys of a remote control as well; what is longer than the screen, screen by screen.
function onward() {
  const at = current();
  if (at && at === here && at.getBoundingClientRect().bottom > innerHeight + 8) scrollBy(0, innerHeight * 0.8);
  else move(1);
}

if (document.querySelector('.project')) Object.assign(KEYS, { ArrowRight: onward, ArrowLeft: KEYS.k, PageDown: onward, PageUp: KEYS.k });

const on = () => localStorage.getItem(OFF) === null;

document.addEventListener('keydown', (event) => {
  const typing = event.target.closest?.(TYPING);
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && typing?.form) {
    event.preventDefault();
    typing.form.requestSubmit();
    return;
  }
  if (event.key === 'Escape' && typing && !help?.open) {
    const step = stepOf(typing);
    const details = typing.closest('details');
    if (details && !changed(typing.form)) details.open = false;
    if (step) go(step);
    return;
  }
  if (typing || help?.open || event.ctrlKey || event.metaKey || event.altKey || !on()) return;
  const act = KEYS[event.key];
  if (!act || !steps.length) return;
  event.preventDefault();
  act();
});

document.addEventListener('focusin', (event) => mark(stepOf(event.target)));

// Whether something was written into a form that is not saved.
function changed(form) {
  return [...(form?.elements ?? [])].some((one) => {
    if (one.type === 'hidden' || one.disabled) return false;
    if (one.options) return [...one.options].some((option) => option.selected !== option.defaultSelected) && one.value !== '';
    if (one.type === 'checkbox' || one.type === 'radio') return one.checked !== one.defaultChecked;
    return 'defaultValue' in one && one.value !== one.defaultValue;
  });
}

const forms = () => [...document.querySelectorAll('main form[method="post"]')];
const kept = (form) => form.closest('[data-kept]') !== null;

const say = document.querySelector('.meeting')?.dataset;
const read = async (answer) => new DOMParser().parseFromString(await answer.text(), 'text/html');

// Saves a form without leaving the page; or tells why not, beside what was typed.
async function save(form) {
  const sent = [...form.elements].filter((one) => 'defaultValue' in one).map((one) => [one, one.value]);
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, { method: 'POST', body, redirect: 'manual' }).catch(() => null);
  form.querySelector('.problem')?.remove();
  if (answer?.type !== 'opaqueredirect') {
    tell(form, await refused(form, answer).catch(() => say.lost));
    return false;
  }
  // What was typed meanwhile is not saved yet.
  for (const [one, value] of sent) one.defaultValue = value;
  for (const one of forms()) follow(one, form);
  if (!changed(form)) form.dispatchEvent(new CustomEvent('samsyn:saved', { bubbles: true }));
  return true;
}

// The version of a record counts its changes, so that what was just saved is the next one.
function follow(form, saved) {
  const version = form.elements.expectedVersion;
  if (version && form.elements.id?.value === saved.elements.id?.value) version.value = Number(version.value) + 1;
}

async function refused(form, answer) {
  if (!answer) return say.lost;
  if (answer.status === 401) return say.signedOut;
  const page = await read(answer);
  const said = (page.querySelector('.problem') ?? page.querySelector('main')).textContent.trim();
  return answer.status === 409 ? `${said} ${await theirs(form)}` : said;
}

// What somebody else has made of it meanwhile, which from now on is what one changes.
async function theirs(form) {
  const typed = field(form);
  const now = (await read(await fetch(location.href))).getElementById(typed.id);
  if (!now) return '';
  for (const { name, value } of now.form.querySelectorAll('[type="hidden"]')) form.elements[name].value = value;
  typed.defaultValue = now.defaultValue;
  return `${say.theirs} ${now.value}`;
}

function tell(form, said) {
  const told = Object.assign(document.createElement('p'), { className: 'problem', role: 'alert', tabIndex: -1, textContent: said });
  form.prepend(told);
  told.focus();
}

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== 'post') return;
  const unsaved = () => forms().find((one) => one !== form && kept(one) && changed(one));
  if (!unsaved()) return;
  event.preventDefault();
  for (let one; (one = unsaved()); ) {
    if (await save(one)) continue;
    // It waits until that is settled, and can be sent again.
    delete form.dataset.sent;
    return;
  }
  form.submit();
});

// Who is named works somewhere: the organisation need not be chosen as well.
document.addEventListener('change', (event) => {
  if (event.target.name !== 'assigneeId') return;
  const said = event.target.selectedOptions[0]?.text ?? '';
  const organisation = event.target.form.elements.assigneeOrganisationId;
  const theirs = [...organisation.options].find((option) => option.value && said.endsWith(`, ${option.text}`));
  if (theirs) organisation.value = theirs.value;
});

const button = document.querySelector('[data-help]');
if (button && help) {
  button.hidden = false;
  button.addEventListener('click', () => help.showModal());
  const ticked = help.querySelector('[data-keys]');
  ticked.checked = on();
  ticked.addEventListener('change', () => {
    if (ticked.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, '1');
  });
}

// Whoever comes back from a form is where they were.
const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
if (target) go(stepOf(target));

// Others add points, and move them.
document.addEventListener('samsyn:refreshed', () => steps.splice(0, steps.length, ...document.querySelectorAll('[data-step]')));
