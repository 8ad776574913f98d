// The official Node clients against a server of ours: what each found or was refused with, as one line of JSON.

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const OpenApi = require("@alicloud/openapi-client");
const { RuntimeOptions } = require("@alicloud/tea-util");
const { RPCClient } = require("@alicloud/pop-core");

const [client, address, accessKeyId, accessKeySecret, eventId] = process.argv.slice(2);
const wanted = { "LookupAttribute.1.Key": "EventId", "LookupAttribute.1.Value": eventId };

// The client that every generated client wraps: ACS3-HMAC-SHA256.
async function generated() {
  const config = new OpenApi.Config({ accessKeyId, accessKeySecret, endpoint: address, protocol: "http" });
  const params = new OpenApi.Params({
    action: "LookupEvents", version: "2020-07-06", protocol: "HTTP", pathname: "/", method: "POST",
    authType: "AK", style: "RPC", reqBodyType: "formData", bodyType: "json",
  });
  const request = new OpenApi.OpenApiRequest({ query: wanted });
  return (await new OpenApi.default(config).callApi(params, request, new RuntimeOptions({}))).body;
}

// The old core client: RPC HMAC-SHA1.
async function core() {
  const options = { accessKeyId, accessKeySecret, endpoint: `http://${address}`, apiVersion: "2020-07-06" };
  return new RPCClient(options).request("LookupEvents", wanted, { method: "POST" });
}

try {
  const answer = await (client === "generated" ? generated() : core());
  console.log(JSON.stringify({ found: answer.Events.map((event) => event.eventId) }));
} catch (error) {
  console.log(JSON.stringify({ code: error.code, status: error.statusCode ?? error.entry?.response?.statusCode }));
}
