// The published schema keeps the rules of Relay and of naming, as @graphql-eslint has them.
//
// Every rule for schemas that the package knows is named here: it is on, or it says why it is off. A rule
// that comes with a newer version of the package fails the last test until somebody has decided on it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parser, rules } from "@graphql-eslint/eslint-plugin";
import { Linter } from "eslint";

const published = readFileSync(new URL("../../../api/schema.graphql", import.meta.url), "utf8");

const on = {
  "description-style": [{ style: "block" }],
  "input-name": [{ checkInputType: true, caseSensitiveInputType: false, checkQueries: false, checkMutations: true }],
  "naming-convention": [
    {
      types: "PascalCase",
      FieldDefinition: { style: "camelCase", forbiddenPrefixes: ["get", "fetch", "list"], forbiddenPatterns: [/^is(?=[A-Z])/] },
      InputValueDefinition: "camelCase",
      Argument: "camelCase",
      DirectiveDefinition: "camelCase",
      EnumValueDefinition: "UPPER_CASE",
      EnumTypeDefinition: { forbiddenSuffixes: ["Enum"] },
      InterfaceTypeDefinition: { forbiddenSuffixes: ["Interface"] },
      UnionTypeDefinition: { forbiddenSuffixes: ["Union"] },
      ObjectTypeDefinition: { forbiddenSuffixes: ["Type", "Object"] },
      InputObjectTypeDefinition: { requiredSuffixes: ["Input", "Filter", "Order", "Range"] },
      allowLeadingUnderscore: false,
      allowTrailingUnderscore: false,
    },
  ],
  "no-hashtag-description": [],
  "no-scalar-result-type-on-mutation": [],
  "no-typename-prefix": [],
  "no-unreachable-types": [],
  // Lists go forwards only, which Relay allows: nobody has needed to page backwards.
  "relay-arguments": [{ includeBoth: false }],
  "relay-connection-types": [],
  "relay-edge-types": [
    {
      withEdgeSuffix: true,
      // An entry of the feed is a place in it and no node; the event that it holds is one.
      shouldImplementNode: false,
      // Short lists that are never paged (roles, files, members) are plain lists.
      listTypeCanWrapOnlyEdgeType: false,
    },
  ],
  "relay-page-info": [],
  "require-deprecation-reason": [],
  "require-description": [{ types: true, rootField: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true, DirectiveDefinition: true }],
  "require-nullable-fields-with-oneof": [],
  "unique-enum-value-names": [],
};

const off = {
  alphabetize: "the generator orders types and fields; values of enums stand in the order of their states",
  "no-root-type": "it forbids root types that one names, and Samsyn has all three",
  "no-unused-fields": "it looks for the operations of one project; an API does not know all of its clients'",
  "require-deprecation-date": "it wants an argument that @deprecated does not have; the date stands in the reason, and tests/schema checks it",
  "require-field-of-type-query-in-mutation-result": "mutations return the record that was changed, and what else a client needs it reads through that",
  "require-nullable-result-in-root": "a list or a viewer that cannot be read is an error, never null; only node is nullable, as Relay wants",
  "require-type-pattern-with-oneof": "there is no result type that is either a success or an error: errors stand under errors",
  "strict-id-in-types": "what is no node has no id: pages, snapshots, roles, moves and what is told in passing",
};

// What a rule finds and is right all the same.
const accepted = [
  // The analysis that a risk stands in is called a risk analysis, wherever it is named.
  'Field "riskAnalysis" starts with the name of the parent type "Risk"',
];

// The directives that the specification defines, and describes.
const builtIn = /^"""[^"]*"""\ndirective @(include|skip|specifiedBy|deprecated)\(.*\n/gm;

function lint(schema) {
  const own = schema.replaceAll(builtIn, "");
  const config = {
    files: ["**/*.graphql"],
    languageOptions: { parser, parserOptions: { graphQLConfig: { schema: own } } },
    plugins: { "@graphql-eslint": { rules } },
    rules: Object.fromEntries(Object.entries(on).map(([name, options]) => [`@graphql-eslint/${name}`, ["error", ...options]])),
  };
  const told = new Linter({ configType: "flat" }).verify(own, config, "schema.graphql");
  const wrong = told.filter(({ message }) => !accepted.includes(message));
  return wrong.map(({ line, ruleId, message }) => `${line}: ${message} (${ruleId})`);
}

test("the published schema keeps the rules", () => {
  assert.deepEqual(lint(published), []);
});

test("the rules are at work", () => {
  const wrong = {
    "relay-edge-types": published.replace("type AgreementEdge {", "type AgreementEdge { extra: Int }\ntype Agreement2Edge {"),
    "naming-convention": published.replaceAll("dueOn:", "due_on:"),
    "require-description": published.replace(/"""[^"]*"""\nscalar Date /, "scalar Date "),
    "input-name": published.replaceAll("AcceptRiskInput", "RiskInput"),
    "relay-page-info": published.replace("hasNextPage: Boolean!", "hasNextPage: Boolean"),
  };
  for (const [rule, schema] of Object.entries(wrong)) {
    assert.notEqual(schema, published, `the sample for ${rule} changes something`);
    assert.match(lint(schema).join("\n"), new RegExp(rule), `${rule} finds what is wrong`);
  }
});

test("every rule for schemas is decided on", () => {
  // Those that only wrap a validation of graphql-js are kept by every schema that it can build.
  const known = Object.entries(rules).filter(([, { meta }]) => meta.docs.category.includes("Schema") && !meta.docs.graphQLJSRuleName);
  const names = known.map(([name]) => name).sort();
  assert.deepEqual([...Object.keys(on), ...Object.keys(off)].sort(), names);
});
