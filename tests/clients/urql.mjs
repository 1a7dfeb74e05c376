// urql's core: queries with its document cache, mutations, subscriptions.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, cacheExchange, fetchExchange, gql, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { DRAFT, FOLLOW, Heard, bearer, subscriptions, supplier, url } from "./demo.mjs";

const socket = createClient({ url: subscriptions, webSocketImpl: WebSocket, connectionParams: bearer(supplier) });

const client = new Client({
  url,
  preferGetMethod: false,
  fetchOptions: { headers: bearer(supplier) },
  exchanges: [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (request) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe(request, sink) }),
      }),
    }),
  ],
});

const MINE = gql`{ evidence(first: 1, order: { field: CREATED_AT, direction: DESC }) { totalCount nodes { id title } } }`;

test("a query is answered, and asked anew after a mutation of what it shows", async () => {
  const before = await client.query(MINE, {}).toPromise();
  assert.equal(before.error, undefined);
  const again = await client.query(MINE, {}).toPromise();
  assert.equal(again.operation.context.meta.cacheOutcome, "hit");

  const { data, error } = await client.mutation(gql(DRAFT), { title: "By urql" }).toPromise();
  assert.equal(error, undefined);
  const after = await client.query(MINE, {}).toPromise();
  assert.equal(after.data.evidence.nodes[0].id, data.draftEvidence.id);
  assert.equal(after.data.evidence.totalCount, before.data.evidence.totalCount + 1);
});

test("a query may go by GET", async () => {
  const { data, error, operation } = await client.query(gql`{ viewer { name } }`, {}, { preferGetMethod: "force" }).toPromise();
  assert.equal(error, undefined);
  assert.equal(operation.context.preferGetMethod, "force");
  assert.equal(data.viewer.name, "Lisa Nordin");
});

test("an error is told apart by its code", async () => {
  const mutation = gql`mutation ($input: SubmitSubmissionInput!) { submitSubmission(input: $input) { id } }`;
  const { error } = await client.mutation(mutation, { input: { id: "nothing", expectedVersion: 1 } }).toPromise();
  assert.equal(error.graphQLErrors[0].extensions.code, "NOT_FOUND");
});

test("a subscription delivers what a mutation does", async () => {
  const heard = new Heard();
  const following = client.subscription(gql(FOLLOW), { after: 0 }).subscribe(({ data, error }) => {
    if (error) heard.fails(error);
    else heard.next(data.events);
  });
  const { data } = await client.mutation(gql(DRAFT), { title: "Followed by urql" }).toPromise();
  const entry = await heard.about(data.draftEvidence);
  assert.equal(entry.event.action, "evidence.drafted");
  following.unsubscribe();
  await socket.dispose();
});
