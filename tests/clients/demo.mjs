// The running demo, as tests/clients/mod.rs tells of it, and the least that asks it something: what a test
// sets up or looks at beside the client that it is about.

const told = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: these tests are started by "cargo test clients::", which serves a demo for each`);
  return value;
};

export const url = told("SAMSYN_URL");
export const subscriptions = told("SAMSYN_SUBSCRIPTIONS");

/** Tokens: the customer's IT manager, and a contributor of its hosting supplier. */
export const customer = told("SAMSYN_CUSTOMER");
export const supplier = told("SAMSYN_SUPPLIER");

export const bearer = (token) => ({ Authorization: `Bearer ${token}` });

/** The data of a document that must succeed. */
export async function ask(token, query, variables = {}) {
  const response = await fetch(url, {
    method: "POST",
    headers: { ...bearer(token), "Content-Type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(`${query}: ${JSON.stringify(errors)}`);
  return data;
}

/** A record that a supplier may make without anything else: a draft of evidence. */
export const DRAFT = /* GraphQL */ `
  mutation Draft($title: String!) {
    draftEvidence(input: { kind: RESTORE_TEST, title: $title }) { id title version }
  }
`;

export const draft = async (title) => (await ask(supplier, DRAFT, { title })).draftEvidence;

/** The events of one's feed from its beginning, as every client of subscriptions here asks for them. */
export const FOLLOW = /* GraphQL */ `
  subscription Follow($after: Long) {
    events(after: $after) { position event { id action subject { __typename id } } }
  }
`;

/** What a follower has been told, to wait for what comes whenever it does. */
export class Heard {
  entries = [];
  #failure;
  #wake = () => {};

  next = (entry) => {
    this.entries.push(entry);
    this.#wake();
  };

  fails = (error) => {
    this.#failure ??= error;
    this.#wake();
  };

  /** The first entry that is about this record. */
  async about({ id }) {
    for (;;) {
      const found = this.entries.find(({ event }) => event.subject?.id === id);
      if (found) return found;
      if (this.#failure) throw this.#failure;
      await new Promise((wake) => (this.#wake = wake));
    }
  }

  /** With what following ended. */
  async failure() {
    while (!this.#failure) await new Promise((wake) => (this.#wake = wake));
    return this.#failure;
  }

  get positions() {
    return this.entries.map(({ position }) => position);
  }
}
