// A certified OpenID provider, as an organisation has one. `tests/identity` starts it, tells it its client and its
// people in OIDC as JSON, and reads its issuer from the first line that it writes. A line `rotate` on standard input
// has it sign with another key from then on; at the end of the input it ends.

import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Provider } from "oidc-provider";

const { clients, accounts } = JSON.parse(process.env.OIDC);

const key = (kid) => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" };
};

const configuration = (kid) => ({
  clients,
  jwks: { keys: [key(kid)] },
  cookies: { keys: ["of a test"] },
  pkce: { required: () => true },
  claims: {
    openid: ["sub", "sid", "acr", "amr"],
    email: ["email", "email_verified"],
    profile: ["name", "groups"],
  },
  // Claims stand in the ID token, as most providers have it, and not only at the userinfo endpoint.
  conformIdTokenClaims: false,
  features: {
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    devInteractions: { enabled: true },
  },
  findAccount: (_, id) => accounts[id] && { accountId: id, claims: () => ({ sub: id, ...accounts[id] }) },
  // Nobody is asked whether the service may know who they are: their employer has decided that.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid email profile");
    await grant.save();
    return grant;
  },
});

let answer;
const server = createServer((request, response) => answer(request, response));
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const begin = (kid) => {
    const provider = new Provider(issuer, configuration(kid));
    provider.on("server_error", (_, error) => console.error(error));
    answer = provider.callback();
  };
  begin("first");
  console.log(issuer);
  createInterface({ input: process.stdin })
    .on("line", (line) => {
      if (line === "rotate") begin("second");
      console.log("done");
    })
    .on("close", () => process.exit(0));
});
