// tus-js-client: a file in pieces, broken off in the middle and resumed by another client.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { Upload } from "tus-js-client";
import { ask, draft, supplier } from "./demo.mjs";

const PIECE = 256 * 1024;

/** A PDF of so many bytes, to whoever looks at its beginning and its end. */
function pdf(size) {
  const [head, tail] = [Buffer.from("%PDF-1.7\n%"), Buffer.from("\n%%EOF\n")];
  const body = randomBytes((size - head.length - tail.length) / 2 | 0).toString("hex");
  return Buffer.concat([head, Buffer.from(body), tail]);
}

async function place() {
  const evidence = await draft("By tus");
  const query = `mutation ($input: CreateEvidenceUploadInput!) { createEvidenceUpload(input: $input) { url } }`;
  const { createEvidenceUpload } = await ask(supplier, query, { input: { evidenceId: evidence.id, fileName: "restored.pdf" } });
  const files = async () => {
    const query = `query ($id: ID!) { node(id: $id) { ... on Evidence { files { name size sha256 mediaType } } } }`;
    return (await ask(supplier, query, { id: evidence.id })).node.files;
  };
  return { endpoint: createEvidenceUpload.url, files };
}

/** Sends a file; `watch` is told how much has been accepted. */
const send = (bytes, options, watch = () => {}) =>
  new Promise((resolve, reject) => {
    const upload = new Upload(bytes, {
      chunkSize: PIECE,
      retryDelays: null,
      ...options,
      onChunkComplete: (_, accepted) => watch(accepted, upload, resolve),
      onSuccess: () => resolve(upload),
      onError: reject,
    });
    upload.start();
  });

const whole = (bytes) => [
  {
    name: "restored.pdf",
    size: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    mediaType: "application/pdf",
  },
];

test("a file goes up in pieces, and its hash is right", async () => {
  const { endpoint, files } = await place();
  const bytes = pdf(5 * PIECE + 17);
  await send(bytes, { endpoint });
  assert.deepEqual(await files(), whole(bytes));
});

test("a file goes up with its creation", async () => {
  const { endpoint, files } = await place();
  const bytes = pdf(4096);
  await send(bytes, { endpoint, uploadDataDuringCreation: true });
  assert.deepEqual(await files(), whole(bytes));
});

test("what was broken off is resumed from the URL by a client that knows nothing else", async () => {
  const { endpoint, files } = await place();
  const bytes = pdf(8 * PIECE + 5);
  const broken = await send(bytes, { endpoint }, async (accepted, upload, resolve) => {
    if (accepted < 3 * PIECE) return;
    await upload.abort();
    resolve(upload);
  });
  assert.deepEqual(await files(), [], "nothing is to be seen of half a file");

  const accepted = [];
  await send(bytes, { uploadUrl: broken.url }, (so_far) => accepted.push(so_far));
  assert.ok(accepted[0] > 3 * PIECE, "it did not begin anew");
  assert.deepEqual(await files(), whole(bytes));
});

test("an upload that is given up is ended, and its URL begins anew", async () => {
  const { endpoint, files } = await place();
  const bytes = pdf(3 * PIECE);
  await send(bytes, { endpoint }, async (_, upload, resolve) => {
    await upload.abort(true);
    resolve(upload);
  });
  await send(bytes, { endpoint });
  assert.deepEqual(await files(), whole(bytes));
});
