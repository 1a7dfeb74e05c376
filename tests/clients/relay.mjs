// relay-compiler accepts the published schema: Node, ids and connections are what Relay expects of them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import compiler from "relay-compiler";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const project = mkdtempSync(join(tmpdir(), "samsyn-relay-"));
after(() => rmSync(project, { recursive: true }));

test("relay-compiler compiles a list, refetchable fragments, mutations and a subscription", () => {
  cpSync(here("relay"), join(project, "src"), { recursive: true });
  cpSync(here("../../api/schema.graphql"), join(project, "schema.graphql"));
  mkdirSync(join(project, "src/artifacts"));
  const config = { src: "src", schema: "schema.graphql", language: "typescript", artifactDirectory: "src/artifacts" };
  writeFileSync(join(project, "relay.config.json"), JSON.stringify(config));

  execFileSync(compiler, ["relay.config.json", "--noWatchman"], { cwd: project, stdio: "pipe" });

  const made = readdirSync(join(project, "src/artifacts")).map((name) => name.replace(".graphql.ts", "")).sort();
  assert.deepEqual(made, [
    "ActionItemsCommentMutation",
    "ActionItemsEventsSubscription",
    "ActionItemsPageQuery",
    "ActionItemsQuery",
    "ActionItemsRowQuery",
    "ActionItemsStartMutation",
    "ActionItems_list",
    "ActionItems_row",
  ]);
});
