// The TypeScript of an integration: what graphql-codegen makes of the published schema and of
// api/examples/hand_in.graphql, and the example that uses it, compiled by tsc at its strictest.
// `node typescript.mjs FOLDER` leaves hand_in.js there, ready to run.
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { codegen } from "@graphql-codegen/core";
import * as documents from "@graphql-codegen/typed-document-node";
import * as types from "@graphql-codegen/typescript";
import * as operations from "@graphql-codegen/typescript-operations";
import { buildSchema, parse } from "graphql";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const sdl = readFileSync(here("../../api/schema.graphql"), "utf8");
const schema = buildSchema(sdl);
const asked = parse(readFileSync(here("../../api/examples/hand_in.graphql"), "utf8"));

/** What the scalars of the schema are in TypeScript; with `strictScalars` an unknown one is an error. */
const scalars = { ID: "string", Date: "string", DateTime: "string", JSON: "unknown", Long: "number", Upload: "Blob" };

/** What graphql-codegen makes by these plugins. */
const made = (plugins, config = {}) =>
  codegen({
    filename: "made.ts",
    schema: parse(sdl),
    schemaAst: schema,
    documents: [{ location: "hand_in.graphql", document: asked }],
    config: { strictScalars: true, scalars, useTypeImports: true, ...config },
    plugins: plugins.map((plugin) => ({ [plugin]: {} })),
    pluginMap: { types, operations, documents },
  });

const STRICTLY = ["--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--noUnusedLocals", "--skipLibCheck"];
const TARGET = ["--module", "nodenext", "--target", "es2023", "--types", "node"];

/** Makes and compiles everything in a folder; what tsc finds wrong is thrown. */
export async function build(folder) {
  const write = (name, text) => writeFileSync(join(folder, name), text);
  write("package.json", '{ "type": "module" }');
  symlinkSync(here("node_modules"), join(folder, "node_modules"));
  write("schema.ts", await made(["types"]));
  write("documents.ts", await made(["operations", "documents"]));
  write("operations.ts", await made(["operations", "documents"], { documentMode: "string" }));
  cpSync(here("../../api/examples/hand_in.ts"), join(folder, "hand_in.ts"));
  const files = ["schema.ts", "documents.ts", "operations.ts", "hand_in.ts"];
  const { status, stdout } = spawnSync(here("node_modules/.bin/tsc"), [...STRICTLY, ...TARGET, ...files], { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(stdout);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build(process.argv[2]);
