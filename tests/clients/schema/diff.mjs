// The schema breaks no client that was written against the last release, unless that has been decided:
// api/schema.breaking.md lists what is accepted. Dangerous changes, which may surprise a client but need
// not break it, are printed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { buildSchema, findBreakingChanges, findDangerousChanges } from "graphql";

const read = (name) => readFileSync(new URL(`../../../api/${name}`, import.meta.url), "utf8");
const [released, current] = [read("schema.released.graphql"), read("schema.graphql")];

// Descriptions of the changes accepted, from lines such as "- `Person.title was removed.` Why."
function accepted(list) {
  return list.split("\n").filter((line) => line.startsWith("- ")).map((line) => {
    const [, change] = line.match(/^- `([^`]+)` \S.*$/) ?? [];
    assert.ok(change, `say what breaks and why, as the list's head shows: ${line}`);
    return change;
  });
}

// What is wrong between two schemas: changes that break and are not accepted, acceptances of nothing.
function undecided(before, after, list) {
  const breaking = findBreakingChanges(buildSchema(before), buildSchema(after)).map(({ description }) => description);
  const known = accepted(list);
  return [
    ...breaking.filter((change) => !known.includes(change)).map((change) => `breaks clients: ${change}`),
    ...known.filter((change) => !breaking.includes(change)).map((change) => `is accepted, but has not happened: ${change}`),
  ];
}

test("nothing breaks that is not accepted", (t) => {
  for (const { type, description } of findDangerousChanges(buildSchema(released), buildSchema(current))) {
    t.diagnostic(`dangerous: ${description} (${type})`);
  }
  assert.deepEqual(undecided(released, current, read("schema.breaking.md")), []);
});

test("a change that breaks is found, and passes once it is accepted", () => {
  const without = current.replace(/"""[^"]*"""\n\tvalidity: Validity!\n/, "");
  const change = "Evidence.validity was removed.";
  assert.deepEqual(undecided(current, without, ""), [`breaks clients: ${change}`]);
  assert.deepEqual(undecided(current, without, `- \`${change}\` Nobody asks for it.`), []);
  assert.deepEqual(undecided(current, current, `- \`${change}\` Nobody asks for it.`), [`is accepted, but has not happened: ${change}`]);
  assert.throws(() => undecided(current, without, `- \`${change}\``), /say what breaks and why/);
  assert.deepEqual(undecided(current, current, ""), []);
});

test("additions break nobody", () => {
  const more = current.replace("type Person implements Node {", "type Person implements Node {\n\tnickname: String");
  assert.notEqual(more, current);
  assert.deepEqual(undecided(current, more, ""), []);
});
