import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";

/** An answer of the API server. */
export interface ApiAnswer {
  readonly status: number;
  /** JSON, or plain text for the health endpoints. */
  readonly body: string;
}

/**
 * The few calls that bring a cluster of our own into shape. A client library would do as well, but
 * costs more time to load than all of a warm start takes.
 */
export class KubeApi {
  private readonly agent: Agent;

  constructor(
    private readonly port: number,
    private readonly token: string,
    caPath: string,
  ) {
    this.agent = new Agent({ ca: readFileSync(caPath), keepAlive: true });
  }

  /** Sends a request and reads the answer; an answer of any status is an answer. */
  async call(method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<ApiAnswer> {
    return await new Promise((resolve, reject) => {
      const outgoing = request(
        {
          ...{
            host: "127.0.0.1",
            port: this.port,
            method,
            path,
            agent: this.agent,
            timeout: 5_000,
          },
          headers: {
            authorization: `Bearer ${this.token}`,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
          },
        },
        (incoming) => {
          incoming.setEncoding("utf8");
          let text = "";
          incoming.on("data", (chunk: string) => (text += chunk));
          incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, body: text }));
          incoming.on("error", reject);
        },
      );
      outgoing.on("timeout", () => outgoing.destroy(new Error("no answer within 5 s")));
      outgoing.on("error", reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Whether the server says that it is ready; false also while nothing listens. */
  async isReady(): Promise<boolean> {
    try {
      return (await this.call("GET", "/readyz")).status === 200;
    } catch {
      return false;
    }
  }

  /**
   * Creates an object unless there is one of its name.
   *
   * @param collection path of its collection: `/api/v1/nodes`.
   * @throws {Error} when the server refuses it.
   */
  async ensure(collection: string, object: object): Promise<void> {
    const { status, body } = await this.call("POST", collection, object);
    const alreadyExists = 409;
    if (status >= 300 && status !== alreadyExists) {
      throw new Error(`POST ${collection}: ${status} ${body}`);
    }
  }

  /**
   * Deletes every object of a collection.
   *
   * @throws {Error} when the server refuses it.
   */
  async deleteAll(collection: string): Promise<void> {
    const { status, body } = await this.call("DELETE", collection);
    if (status >= 300) throw new Error(`DELETE ${collection}: ${status} ${body}`);
  }

  /** Closes the connections. */
  close(): void {
    this.agent.destroy();
  }
}
