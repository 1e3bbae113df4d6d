import assert from "node:assert/strict";

import { ExternalCache } from "../../components/data/external-cache";
import type { ExternalCredentials } from "../../components/data/external-credentials";
import { ExternalDatabase } from "../../components/data/external-database";
import { valueOf, withMocks } from "../support/program";

const run = (credentials: ExternalCredentials) =>
  withMocks(() => ({
    database: new ExternalDatabase("database", {
      namespace: "dtem-data",
      host: "db.empresa.cl",
      port: 5433,
      database: "dtem_prod",
      username: "dtem_app",
      credentials,
    }),
    cache: new ExternalCache("cache", {
      namespace: "dtem-data",
      host: "redis.empresa.cl",
      port: 6380,
      credentials,
    }),
  }));

/** Everything that clients get to see. */
async function answers({ result: { database, cache } }: Awaited<ReturnType<typeof run>>) {
  const { host, port, database: name, username, tls, secret } = database;
  return {
    database: await valueOf({ host, port, name, username, tls, secret }),
    cache: await valueOf({
      host: cache.host,
      port: cache.port,
      tls: cache.tls,
      secret: cache.secret,
    }),
  };
}

const expected = (databaseSecret: string, cacheSecret: string) => ({
  database: {
    host: "db.empresa.cl",
    port: 5433,
    name: "dtem_prod",
    username: "dtem_app",
    tls: "require",
    secret: { store: "kubernetes", name: databaseSecret },
  },
  cache: {
    host: "redis.empresa.cl",
    port: 6380,
    tls: "require",
    secret: { store: "kubernetes", name: cacheSecret },
  },
});

describe("data: external servers", () => {
  it("put a given password into a Secret, as a secret even if it was passed in the clear", async () => {
    const program = await run({ kind: "password", password: "example-password" });
    assert.deepEqual(program.names("kubernetes:core/v1:Secret"), [
      "cache-secret",
      "database-secret",
    ]);
    const database = program.get("database-secret");
    assert.deepEqual(database.inputs.stringData, {
      username: "dtem_app",
      password: "example-password",
    });
    assert.deepEqual(database.secretInputs, ["stringData"]);
    const cache = program.get("cache-secret");
    assert.deepEqual(cache.inputs.stringData, { password: "example-password" });
    assert.deepEqual(cache.secretInputs, ["stringData"]);
    assert.deepEqual(await answers(program), expected("dtem-data/postgresql", "dtem-data/redis"));
  });

  it("refer to a Secret that others made, and make none", async () => {
    const program = await run({ kind: "existingSecret", secretName: "vault-synced" });
    assert.deepEqual(
      program.resources.filter((resource) => resource.custom),
      [],
    );
    assert.deepEqual(
      await answers(program),
      expected("dtem-data/vault-synced", "dtem-data/vault-synced"),
    );
  });
});
