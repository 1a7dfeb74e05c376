// People sign in by clicking, in a real browser: each in a window of their own, with cookies of their own. What they are
// to do, and what came of it, is JSON: `tests/identity` tells and reads it.

import puppeteer from "puppeteer-core";

const { base, chromium, people } = JSON.parse(process.env.SIGN_IN);

const browser = await puppeteer.launch({
  executablePath: chromium,
  // In containers there is neither a sandbox to be had nor much shared memory.
  // And nothing is fetched from elsewhere: the provider's pages would have a font from the network.
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--lang=sv", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
});

/** Ends somebody's session through the API, as an administrator with this token. */
async function revoke(token, name) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
  const ask = async (query, variables) => {
    const body = JSON.stringify({ query, variables });
    const answer = await fetch(`${base}graphql`, { method: "POST", headers, body }).then((response) => response.json());
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    return answer.data;
  };
  const { sessions } = await ask("{ sessions(first: 100) { nodes { id person { name } } } }");
  const { id } = sessions.nodes.find((session) => session.person.name === name);
  await ask("mutation($id: ID!) { revokeSession(input: { id: $id }) { active } }", { id });
}

/** Signs somebody in, and asks the API who that is; again, when an administrator has ended the session. */
async function signIn({ email, account, button, revokedBy }) {
  const window = await browser.createBrowserContext();
  const page = await window.newPage();
  const problems = [];
  const ours = (message) => message.location().url?.startsWith(base) ?? true;
  page.on("console", (message) => message.type() === "error" && ours(message) && problems.push(message.text()));
  // A page that is left before it has come in fully: Chromium says so of its own accord, and no script of ours is at fault.
  const skipped = "AbortError: Transition was skipped";
  page.on("pageerror", (error) => String(error).endsWith(skipped) || problems.push(String(error)));
  await page.goto(`${base}sign-in?return_to=/schema.graphql`);
  if (button) {
    await Promise.all([page.waitForNavigation(), page.click(button)]);
  } else {
    await page.type("#email", email);
    await Promise.all([page.waitForNavigation(), page.click("form[action='/sign-in'] button")]);
    // The provider has been told the address, and has filled it in.
    await page.$eval("input[name=login]", (field) => (field.value = ""));
    await page.type("input[name=login]", account);
    await page.type("input[name=password]", "x");
    await Promise.all([page.waitForNavigation(), page.click("button[type=submit]")]);
  }
  const landed = page.url();
  const heading = await page.$eval("h1", (h1) => h1.textContent).catch(() => null);
  const visible = await page.evaluate(() => document.cookie);
  // No page may ask the API by script yet; the address bar may.
  const ask = async () => {
    const response = await page.goto(`${base}graphql?query=${encodeURIComponent("{ viewer { name organisation { name } } }")}`);
    const { data, errors } = JSON.parse(await page.evaluate(() => document.body.textContent));
    return { status: response.status(), viewer: data?.viewer ?? null, code: errors?.[0].extensions.code ?? null };
  };
  const { viewer } = await ask();
  const result = { landed, heading, viewer, visible, problems: [...problems] };
  if (revokedBy) {
    await revoke(revokedBy, viewer.name);
    result.revoked = await ask();
  }
  await window.close();
  return result;
}

const results = [];
for (const person of people) results.push(await signIn(person));
await browser.close();
console.log(JSON.stringify(results));
