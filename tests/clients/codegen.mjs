// graphql-codegen accepts the published schema, and TypeScript what it makes of it.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { build } from "./typescript.mjs";

const folder = mkdtempSync(join(tmpdir(), "samsyn-codegen-"));
after(() => rmSync(folder, { recursive: true }));

test("types, operations and documents are made, and compiled at their strictest", async () => {
  await build(folder);
  assert.match(readFileSync(join(folder, "schema.ts"), "utf8"), /export type ActionItem = Node & \{/);
  for (const name of ["documents.js", "operations.js"]) {
    const { OpenActionItemsDocument } = await import(join(folder, name));
    assert.ok(OpenActionItemsDocument, name);
  }
});
