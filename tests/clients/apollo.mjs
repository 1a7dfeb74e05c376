// Apollo Client: the cache, pages, mutations, errors by code, automatic persisted queries, subscriptions.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { DRAFT, FOLLOW, Heard, bearer, customer, draft, subscriptions, supplier, url } from "./demo.mjs";

/** What was sent, beside what sends it. */
function recorded() {
  const requests = [];
  const http = (token) =>
    new HttpLink({
      uri: url,
      headers: bearer(token),
      fetch: (target, init) => {
        requests.push(init.body ? JSON.parse(init.body) : Object.fromEntries(new URL(target).searchParams));
        return fetch(target, init);
      },
    });
  return { requests, http };
}

function apollo(link) {
  const cache = new InMemoryCache({
    typePolicies: { Query: { fields: { actionItems: relayStylePagination(["filter"]) } } },
  });
  return new ApolloClient({ link, cache });
}

const ITEMS = gql`
  query Items($after: String) {
    actionItems(first: 4, after: $after, filter: { open: true }) {
      totalCount
      edges { cursor node { id title } }
      pageInfo { endCursor hasNextPage }
    }
  }
`;

test("pages of a connection grow together in the cache, and are not asked for again", async () => {
  const { requests, http } = recorded();
  const client = apollo(http(customer));
  const items = client.watchQuery({ query: ITEMS });
  const following = items.subscribe(() => {});
  await client.query({ query: ITEMS });
  const shown = () => client.readQuery({ query: ITEMS }).actionItems;
  while (shown().pageInfo.hasNextPage) {
    await items.fetchMore({ variables: { after: shown().pageInfo.endCursor } });
  }
  following.unsubscribe();

  const ids = shown().edges.map(({ node }) => node.id);
  assert.equal(ids.length, shown().totalCount);
  assert.equal(new Set(ids).size, ids.length, "no item comes twice");
  const asked = requests.length;
  assert.ok(asked > 1, "there is more than one page");
  await client.query({ query: ITEMS });
  assert.equal(requests.length, asked, "the cache answers");
});

test("a mutation's answer changes the record in the cache, which its id identifies", async () => {
  const client = apollo(recorded().http(supplier));
  const made = await draft("Apollo");
  const query = gql`query Known($id: ID!) { node(id: $id) { id ... on Evidence { title version } } }`;
  const before = await client.query({ query, variables: { id: made.id } });
  assert.equal(before.data.node.title, "Apollo");
  const mutation = gql`mutation Rename($input: UpdateEvidenceInput!) { updateEvidence(input: $input) { id title version } }`;
  await client.mutate({ mutation, variables: { input: { id: made.id, expectedVersion: made.version, title: "Renamed" } } });
  const after = await client.query({ query, variables: { id: made.id }, fetchPolicy: "cache-only" });
  assert.equal(after.data.node.title, "Renamed");
});

test("an error is told apart by its code", async () => {
  const client = apollo(recorded().http(supplier));
  const made = await draft("Apollo, in conflict");
  const mutation = gql`mutation Rename($input: UpdateEvidenceInput!) { updateEvidence(input: $input) { id } }`;
  const input = { id: made.id, expectedVersion: made.version + 7, title: "Too late" };
  const error = await client.mutate({ mutation, variables: { input } }).then(() => undefined, (error) => error);
  assert.ok(CombinedGraphQLErrors.is(error), String(error));
  assert.equal(error.errors[0].extensions.code, "CONFLICT");
  assert.equal(error.errors[0].extensions.currentVersion, made.version);
});

test("data beside an error is kept", async () => {
  const client = apollo(recorded().http(customer));
  const query = gql`{ viewer { name } node(id: "nothing") { id } }`;
  const { data, error } = await client.query({ query, errorPolicy: "all" });
  assert.equal(data.viewer.name, "Anna Lindqvist");
  assert.equal(data.node, null);
  assert.equal(error.errors[0].extensions.code, "NOT_FOUND");
});

for (const useGETForHashedQueries of [false, true]) {
  const way = useGETForHashedQueries ? "GET" : "POST";
  test(`a persisted query is sent whole once and by its hash from then on, by ${way}`, async () => {
    const { requests, http } = recorded();
    const sha256 = (text) => createHash("sha256").update(text).digest("hex");
    const persisted = new PersistedQueryLink({ sha256, useGETForHashedQueries });
    const client = apollo(ApolloLink.from([persisted, http(customer)]));
    const query = gql`query Persisted${way} { viewer { name } }`;
    for (let turn = 0; turn < 2; turn++) {
      const { data } = await client.query({ query, fetchPolicy: "network-only" });
      assert.equal(data.viewer.name, "Anna Lindqvist");
    }
    assert.deepEqual(requests.map((request) => "query" in request), [false, true, false]);
  });
}

test("a subscription delivers over graphql-ws what a mutation does", async () => {
  const socket = createClient({ url: subscriptions, webSocketImpl: WebSocket, connectionParams: bearer(supplier) });
  const link = ApolloLink.split(
    ({ operationType }) => operationType === "subscription",
    new GraphQLWsLink(socket),
    recorded().http(supplier),
  );
  const client = apollo(link);
  const heard = new Heard();
  const following = client.subscribe({ query: gql(FOLLOW), variables: { after: 0 } }).subscribe({
    next: ({ data, error }) => (error ? heard.fails(error) : heard.next(data.events)),
    error: heard.fails,
  });
  const { data } = await client.mutate({ mutation: gql(DRAFT), variables: { title: "Followed by Apollo" } });
  const entry = await heard.about(data.draftEvidence);
  assert.equal(entry.event.action, "evidence.drafted");
  following.unsubscribe();
  await socket.dispose();
});
