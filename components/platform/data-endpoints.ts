/** Endpoints of servers that exist already, the same on both platforms. */
import type * as pulumi from "@pulumi/pulumi";

import type { CacheEndpoint, DatabaseEndpoint } from "../data/endpoints";
import { ExternalCache } from "../data/external-cache";
import { ExternalDatabase } from "../data/external-database";
import { dataNamespace } from "../naming";
import type { Settings } from "../settings/settings";

type ExternalDatabaseSettings = Extract<Settings["database"], { kind: "external" }>;
type ExternalCacheSettings = Extract<Settings["cache"], { kind: "external" }>;

/** The existing PostgreSQL server of the configuration. */
export function externalDatabase(
  settings: ExternalDatabaseSettings,
  opts?: pulumi.ComponentResourceOptions,
): DatabaseEndpoint {
  const { host, port, name, username, secretName } = settings;
  return new ExternalDatabase(
    "database",
    {
      namespace: dataNamespace,
      host,
      port,
      database: name,
      username,
      credentials: { kind: "existingSecret", secretName },
    },
    opts,
  );
}

/** The existing Redis server of the configuration. */
export function externalCache(
  settings: ExternalCacheSettings,
  opts?: pulumi.ComponentResourceOptions,
): CacheEndpoint {
  const { host, port, secretName } = settings;
  return new ExternalCache(
    "cache",
    { namespace: dataNamespace, host, port, credentials: { kind: "existingSecret", secretName } },
    opts,
  );
}
