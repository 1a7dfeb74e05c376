// The reference client of GraphQL over server-sent events, in its mode of distinct connections.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createClient } from "graphql-sse";
import { FOLLOW, Heard, bearer, draft, supplier, url } from "./demo.mjs";

/** A client whose streams a test can break. */
function connected(options = {}) {
  const streams = [];
  const client = createClient({
    url: `${url}/stream`,
    headers: bearer(supplier),
    retryAttempts: 0,
    fetchFn: (target, init) => {
      const breaking = new AbortController();
      streams.push(breaking);
      return fetch(target, { ...init, signal: AbortSignal.any([init.signal, breaking.signal]) });
    },
    ...options,
  });
  after(() => client.dispose());
  return { client, streams };
}

const into = (heard) => ({
  next: ({ data, errors }) => (errors ? heard.fails(new Error(JSON.stringify(errors))) : heard.next(data.events)),
  error: heard.fails,
  complete: () => {},
});

test("what a mutation does is delivered", async () => {
  const { client } = connected();
  const heard = new Heard();
  client.subscribe({ query: FOLLOW, variables: { after: 0 } }, into(heard));
  const entry = await heard.about(await draft("Followed by graphql-sse"));
  assert.equal(entry.event.action, "evidence.drafted");
});

test("a query is one event, and the stream is complete", async () => {
  const results = [];
  for await (const result of connected().client.iterate({ query: "{ viewer { name } }" })) results.push(result);
  assert.deepEqual(results.map(({ data }) => data), [{ viewer: { name: "Lisa Nordin" } }]);
});

test("after a break it goes on where it was: nothing is missed and nothing comes twice", async () => {
  const { client, streams } = connected({ retryAttempts: 3, retry: async () => {} });
  const heard = new Heard();
  // The client asks anew with each connection, so that `variables` are read at that moment.
  const variables = { get after() { return heard.positions.at(-1) ?? 0; } };
  client.subscribe({ query: FOLLOW, variables }, into(heard));
  await heard.about(await draft("Before the break"));
  streams[0].abort(new TypeError("terminated"));
  await heard.about(await draft("After the break"));

  assert.equal(streams.length, 2, "there was a second connection");
  const rising = heard.positions.every((position, at, all) => at === 0 || all[at - 1] < position);
  assert.ok(rising, heard.positions.join(" "));
});

test("a wrong token is refused with 401", async () => {
  const { client } = connected({ headers: bearer("samsyn_nobody") });
  const heard = new Heard();
  client.subscribe({ query: FOLLOW, variables: {} }, into(heard));
  const refused = await heard.failure();
  assert.equal(refused.response?.status, 401, String(refused));
});
