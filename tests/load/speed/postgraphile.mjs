// PostGraphile 5 on the tables of Samsyn, as whoever took it instead would run it: the schema that it makes by
// itself, as the service's role and with its claims, so that row-level security judges as it does for Samsyn.
// Prints the port that it listens on, and with `--schema` only the schema.
//
//   DATABASE_URL=postgres://… node postgraphile.mjs TOKENS
//
// TOKENS is a JSON file with the claims of each bearer token. It is told beforehand who stands behind a token, where
// Samsyn looks that up at every request: this is what a signed token would tell, without the work of checking it.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { grafserv } from "postgraphile/grafserv/node";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { PostGraphileConnectionFilterPreset } from "postgraphile-plugin-connection-filter";
import { printSchema } from "graphql";

const claims = new Map(Object.entries(JSON.parse(readFileSync(process.argv[2], "utf8"))));

const instance = postgraphile({
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  // Otherwise it leaves out filters, orders and relations by columns that no index begins with, and most of what
  // Samsyn is asked cannot be asked at all.
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ["public"],
      poolConfig: { max: 10 }, // as many as Samsyn's `database.max_connections`
      pgSettings(context) {
        const authorization = context.node?.req?.headers.authorization ?? "";
        return claims.get(authorization.slice("Bearer ".length)) ?? {};
      },
    }),
  ],
  schema: { connectionFilterRelations: true },
  grafast: { explain: false },
  grafserv: { graphqlPath: "/graphql", watch: false, graphiql: false },
});

if (process.argv.includes("--schema")) {
  console.log(printSchema(await instance.getSchema()));
  process.exit();
}
const server = createServer();
server.keepAliveTimeout = 75_000;
server.maxConnections = 1000;
await instance.createServ(grafserv).addTo(server);
await instance.getSchema();
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
