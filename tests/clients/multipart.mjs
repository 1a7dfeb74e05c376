// The GraphQL multipart request specification, as apollo-upload-client and those like it send it.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { bearer, draft, supplier, url } from "./demo.mjs";

const UPLOAD = /* GraphQL */ `
  mutation Upload($input: UploadEvidenceFileInput!) {
    uploadEvidenceFile(input: $input) { id name size sha256 mediaType }
  }
`;

const bytes = Buffer.from("Restored in 41 minutes; the agreement allows 60.\n");

async function send(evidence, headers) {
  const variables = { input: { evidenceId: evidence.id, file: null } };
  const form = new FormData();
  form.set("operations", JSON.stringify({ query: UPLOAD, variables }));
  form.set("map", JSON.stringify({ 0: ["variables.input.file"] }));
  form.set("0", new Blob([bytes], { type: "text/plain" }), "restored.txt");
  const response = await fetch(url, { method: "POST", headers: { ...bearer(supplier), ...headers }, body: form });
  return { status: response.status, ...(await response.json()) };
}

test("a small file comes with its mutation", async () => {
  const { data, errors } = await send(await draft("By multipart"), { "Apollo-Require-Preflight": "true" });
  assert.equal(errors, undefined);
  const { id, ...file } = data.uploadEvidenceFile;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  assert.deepEqual(file, { name: "restored.txt", size: bytes.length, sha256, mediaType: "text/plain" });
  assert.ok(id);
});

test("a form that any web page could have sent, without a header that says otherwise, is refused", async () => {
  const { status, data, errors } = await send(await draft("By any page"), {});
  assert.ok(status >= 400 && status < 500, String(status));
  assert.equal(data, undefined);
  assert.ok(errors[0].extensions.code);
});
