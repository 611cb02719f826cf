// masto.js in Node.js: signs in by the code flow (the pages are gone through by the browser of `stage.py`), then does
// what is done every day. Told what to use in STAGE, as JSON.

import { execFileSync } from "node:child_process";
import { createOAuthAPIClient, createRestAPIClient } from "masto";
import { client, everyday } from "./flows.js";

const stage = JSON.parse(process.env.STAGE);

async function signIn({ url, username }) {
  const app = await createRestAPIClient({ url }).v1.apps.create({
    clientName: "masto.js test",
    redirectUris: stage.callback,
    scopes: "read write follow push",
  });
  const asked = new URLSearchParams({
    client_id: app.clientId,
    redirect_uri: stage.callback,
    response_type: "code",
    scope: "read write follow push",
  });
  const [program, ...words] = stage.authorise;
  const code = execFileSync(program, [...words, `${url}/oauth/authorize?${asked}`, username], { encoding: "utf8" });
  const token = await createOAuthAPIClient({ url }).token.create({
    grantType: "authorization_code",
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    redirectUri: stage.callback,
    code: code.trim(),
  });
  return client(url, token.accessToken);
}

await everyday(await signIn(stage.me), await signIn(stage.other));
process.exit(0);
