// The reference client of graphql-transport-ws: what it follows, how it resumes, how it is refused.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, test } from "node:test";
import { CloseCode, createClient } from "graphql-ws";
import WebSocket from "ws";
import { FOLLOW, Heard, bearer, draft, subscriptions, supplier } from "./demo.mjs";

/** A client that remembers its sockets, so that a test can break them. */
function connected(options = {}) {
  const sockets = [];
  class Remembered extends WebSocket {
    constructor(...given) {
      super(...given);
      sockets.push(this);
    }
  }
  const client = createClient({
    url: subscriptions,
    webSocketImpl: Remembered,
    connectionParams: bearer(supplier),
    ...options,
  });
  after(() => client.dispose());
  return { client, sockets };
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
  const entry = await heard.about(await draft("Followed by graphql-ws"));
  assert.equal(entry.event.action, "evidence.drafted");
});

test("a query goes over the socket, too", async () => {
  const { client } = connected();
  const results = [];
  for await (const result of client.iterate({ query: "{ viewer { name } }" })) results.push(result);
  assert.deepEqual(results.map(({ data }) => data), [{ viewer: { name: "Lisa Nordin" } }]);
});

test("after a break it goes on where it was: nothing is missed and nothing comes twice", async () => {
  const { client, sockets } = connected({ retryWait: async () => {}, shouldRetry: () => true });
  const heard = new Heard();
  // The client sends the message anew with each connection, so that `variables` are read at that moment.
  const variables = { get after() { return heard.positions.at(-1) ?? 0; } };
  client.subscribe({ query: FOLLOW, variables }, into(heard));
  await heard.about(await draft("Before the break"));

  const broken = once(sockets[0], "close");
  sockets[0].terminate();
  await broken;
  const missed = await draft("While nobody listened");
  await heard.about(missed);
  await heard.about(await draft("After the break"));

  assert.equal(sockets.length, 2, "there was a second connection");
  const rising = heard.positions.every((position, at, all) => at === 0 || all[at - 1] < position);
  assert.ok(rising, heard.positions.join(" "));
});

for (const [whose, connectionParams] of [["a wrong token", bearer("samsyn_nobody")], ["no token", {}]]) {
  test(`with ${whose} the socket is closed with 4401`, async () => {
    const { client } = connected({ connectionParams, retryAttempts: 0 });
    const heard = new Heard();
    client.subscribe({ query: FOLLOW, variables: {} }, into(heard));
    const refused = await heard.failure();
    assert.equal(refused.code, CloseCode.Unauthorized, String(refused));
  });
}

test("a document that is refused is an error of its operation, and the socket serves on", async () => {
  const { client, sockets } = connected();
  const heard = new Heard();
  client.subscribe({ query: "subscription { nothing }" }, into(heard));
  const [error] = await heard.failure();
  assert.equal(error.extensions.code, "GRAPHQL_VALIDATION_FAILED");
  for await (const { data } of client.iterate({ query: "{ viewer { name } }" })) assert.ok(data.viewer.name);
  assert.ok(sockets.length >= 1);
});
