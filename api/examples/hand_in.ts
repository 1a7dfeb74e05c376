// Lists what is to be done, hands in a file as evidence of a restore test, and follows what happens.
//
//   SAMSYN_URL=http://127.0.0.1:8080/graphql SAMSYN_TOKEN=… node hand_in.js FILE
//
// Needs Node 20 or later and no client library. operations.ts is made from hand_in.graphql and ../schema.graphql by
// graphql-codegen: plugins typescript-operations and typed-document-node, { documentMode: "string" }.
import { randomUUID } from "node:crypto";
import { openAsBlob } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  AgreementsDocument,
  CreateEvidenceUploadDocument,
  CreateSubmissionDocument,
  CurrentVersionDocument,
  DraftEvidenceDocument,
  FollowDocument,
  OpenActionItemsDocument,
  SubmitSubmissionDocument,
  type FollowSubscription,
  type OpenActionItemsQuery,
  type TypedDocumentString,
} from "./operations.js";

const { SAMSYN_URL: url = "", SAMSYN_TOKEN: token = "" } = process.env;

/** What the API said no with: `code` is for programs, the message for people. */
class Refused extends Error {
  readonly code: string;
  constructor({ message, extensions }: { message: string; extensions: { code: string } }) {
    super(`${extensions.code}: ${message}`);
    this.code = extensions.code;
  }
}

const post = <Data, Variables>(to: string, query: TypedDocumentString<Data, Variables>, variables: Variables, headers = {}) =>
  fetch(to, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", ...headers },
    body: JSON.stringify({ query, variables }),
  });

/** For how long to wait before the same is asked again; null if that would not help. */
const wait = (response: Response) =>
  [429, 503].includes(response.status) ? 1000 * Number(response.headers.get("Retry-After") ?? 5) : null;

/** The data of a document. What was not answered is asked again; RATE_LIMITED says when. */
async function ask<Data, Variables>(query: TypedDocumentString<Data, Variables>, variables: Variables, headers = {}): Promise<Data> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await post(url, query, variables, { Accept: "application/graphql-response+json", ...headers });
      const pause = wait(response);
      if (pause !== null && attempt < 5) {
        await sleep(pause);
        continue;
      }
      const { data, errors } = await response.json();
      if (errors) throw new Refused(errors[0]);
      return data;
    } catch (broken) {
      if (broken instanceof Refused || attempt === 5) throw broken;
      await sleep(1000 * attempt);
    }
  }
}

/** The same for a mutation that must happen once: repeated with the same key, it gets the first answer. */
const once = <Data, Variables>(mutation: TypedDocumentString<Data, Variables>, variables: Variables) =>
  ask(mutation, variables, { "Idempotency-Key": randomUUID() });

/** All of them, page by page. */
async function* openActionItems() {
  for (let after: string | null = null, more = true; more; ) {
    const { actionItems }: OpenActionItemsQuery = await ask(OpenActionItemsDocument, { after });
    yield* actionItems.nodes;
    ({ endCursor: after, hasNextPage: more } = actionItems.pageInfo);
  }
}

/** Sends the bytes of a file; the URL for it is a secret, and works without a token. */
async function upload(evidence: string, file: string): Promise<{ sha256: string }> {
  const { createEvidenceUpload } = await ask(CreateEvidenceUploadDocument, { evidence, fileName: basename(file) });
  const response = await fetch(createEvidenceUpload.url, { method: "PUT", body: await openAsBlob(file) });
  const answer = await response.json();
  if (answer.errors) throw new Refused(answer.errors[0]);
  return answer.file;
}

/** Submits on the version that was last seen. */
async function handIn(evidence: string, agreement: string) {
  const { createSubmission } = await once(CreateSubmissionDocument, { evidence, agreement });
  let { id, version } = createSubmission;
  for (;;) {
    try {
      const { submitSubmission } = await once(SubmitSubmissionDocument, { id, version });
      return { id, ...submitSubmission };
    } catch (refused) {
      if (!(refused instanceof Refused && refused.code === "CONFLICT")) throw refused;
      // Somebody else has changed it: read it again, and repeat the change if it still makes sense.
      const { node } = await ask(CurrentVersionDocument, { id });
      if (node?.__typename !== "Submission") throw refused;
      version = node.version;
    }
  }
}

/** What happens, as it happens. The last position is kept, so that nothing is missed or comes twice, however often
 * the connection breaks and whenever this is run again. */
async function* events() {
  for (;;) {
    const after = Number(await readFile("samsyn.position", "utf8").catch(() => "0"));
    try {
      const response = await post(`${url}/stream`, FollowDocument, { after }, { Accept: "text/event-stream" });
      const pause = wait(response);
      if (pause !== null) await sleep(pause);
      else if (!response.ok) throw new Refused((await response.json()).errors[0]);
      for await (const line of lines(response.body!)) {
        if (!line.startsWith("data: {")) continue;
        const { data, errors }: { data: FollowSubscription; errors?: [never] } = JSON.parse(line.slice("data: ".length));
        if (errors) throw new Refused(errors[0]);
        yield data.events;
        await writeFile("samsyn.position", String(data.events.position));
      }
    } catch (broken) {
      if (broken instanceof Refused && broken.code !== "INTERNAL") throw broken;
      console.error(`${broken}`);
      await sleep(1000);
    }
  }
}

async function* lines(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}

const file = process.argv[2]!;
for await (const { dueOn, overdue, title } of openActionItems()) console.log(dueOn, overdue ? "!" : " ", title);

const { agreements } = await ask(AgreementsDocument, {});
const agreement = agreements.nodes.find(({ inForce }) => inForce)!;
const validFrom = new Date().toISOString().slice(0, 10);
const title = `Restore test, ${basename(file)}`;
const { draftEvidence: evidence } = await once(DraftEvidenceDocument, { title, validFrom });
console.log("uploaded:", (await upload(evidence.id, file)).sha256);
const submission = await handIn(evidence.id, agreement.id);
console.log("handed in:", submission.state);

for await (const { position, event } of events()) {
  console.log(position, event.action, event.subject?.id);
  // Here it ends with the event of the submission itself; an integration goes on.
  if (event.action === "submission.submitted" && event.subject?.id === submission.id) break;
}
