import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import type { RequestOptions } from "node:https";
import { homedir } from "node:os";
import { join } from "node:path";

import { KubeConfig } from "@kubernetes/client-node/dist/config.js";

import { SandboxError } from "../errors";
import type { Cluster, ClusterStatus } from "./cluster";

/** Longest wait for an answer of the API server. */
const answerTimeoutMs = 5_000;

/** A cluster that somebody else runs, chosen by an explicit context; never started or stopped. */
export class ExternalCluster implements Cluster {
  readonly kubeconfigPath: string;

  /**
   * @param context a context of `$KUBECONFIG` (its first file) or `~/.kube/config`.
   */
  constructor(readonly context: string) {
    const [first] = (process.env["KUBECONFIG"] ?? "").split(":");
    this.kubeconfigPath =
      first !== undefined && first !== "" ? first : join(homedir(), ".kube", "config");
  }

  async start(): Promise<void> {
    const { running, summary } = await this.status();
    if (!running) throw new SandboxError(summary);
  }

  async stop(): Promise<void> {
    // Not ours to stop.
  }

  async remove(): Promise<void> {
    // Not ours to remove.
  }

  async status(): Promise<ClusterStatus> {
    const config = new KubeConfig();
    try {
      config.loadFromString(readFileSync(this.kubeconfigPath, "utf8"));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { running: false, summary: `The kubeconfig cannot be read: ${reason}` };
    }
    if (config.getContextObject(this.context) === null) {
      const known = config.getContexts().map(({ name }) => name);
      return {
        running: false,
        summary:
          `There is no context "${this.context}" in ${this.kubeconfigPath}; ` +
          `it has ${known.length === 0 ? "none" : known.join(", ")}.`,
      };
    }
    config.setCurrentContext(this.context);
    const server = config.getCurrentCluster()?.server ?? "";
    try {
      const version = await serverVersion(config, server);
      return { running: true, summary: `${this.context}: Kubernetes ${version} at ${server}` };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return {
        running: false,
        summary: `The cluster of context "${this.context}" (${server}) does not answer: ${reason}`,
      };
    }
  }
}

/**
 * Version of the API server in the kubeconfig's current context.
 *
 * @throws {Error} when it cannot be reached, or refuses the kubeconfig's credentials.
 */
async function serverVersion(config: KubeConfig, server: string): Promise<string> {
  const url = new URL("version", server.endsWith("/") ? server : `${server}/`);
  const options: RequestOptions = { signal: AbortSignal.timeout(answerTimeoutMs) };
  await config.applyToHTTPSOptions(options);
  const request = url.protocol === "https:" ? https.request : http.request;
  const { status, body } = await new Promise<{ status: number | undefined; body: string }>(
    (resolve, reject) => {
      const outgoing = request(url, options, (incoming) => {
        let text = "";
        incoming.setEncoding("utf8");
        incoming.on("data", (chunk: string) => (text += chunk));
        incoming.on("end", () => resolve({ status: incoming.statusCode, body: text }));
        incoming.on("error", reject);
      });
      outgoing.on("error", reject);
      outgoing.end();
    },
  );
  if (status !== 200) throw new Error(`it answers with status ${status}`);
  const { gitVersion } = JSON.parse(body) as { gitVersion?: unknown };
  if (typeof gitVersion !== "string") throw new Error("it is not a Kubernetes API server");
  return gitVersion;
}
