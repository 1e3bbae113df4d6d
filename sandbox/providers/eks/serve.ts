/**
 * Serves the stand-in for the component provider `eks`, in this process. Each request gets a runtime
 * state of its own, so that the components' registrations do not mix with those of an inline program
 * that runs here as well.
 */
import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";

import type { ServedProvider } from "../service";
import { call, construct } from "./requests";

/** The version of the SDK that the stand-in follows. */
const version = "4.3.0";

/** Serves the provider on a free loopback port. */
export async function serveEks(): Promise<ServedProvider> {
  const server = new grpc.Server();
  // One engine at a time: the sandbox runs one operation of a stack after the other.
  let engine = "";
  server.addService(ResourceProviderService, {
    attach: unary(async (request: PluginAttach) => {
      engine = request.getAddress();
      return await Promise.resolve(new Empty());
    }),
    getPluginInfo: unary(async () => await Promise.resolve(new PluginInfo().setVersion(version))),
    getSchema: unary(
      async () => await Promise.resolve(new rpc.GetSchemaResponse().setSchema("{}")),
    ),
    configure: unary(
      async () =>
        await Promise.resolve(
          new rpc.ConfigureResponse()
            .setAcceptsecrets(true)
            .setAcceptresources(true)
            .setAcceptoutputs(true),
        ),
    ),
    cancel: unary(async () => await Promise.resolve(new Empty())),
    construct: unary((request: rpc.ConstructRequest) => construct(request, engine)),
    call: unary((request: rpc.CallRequest) => call(request, engine)),
    // All else stays out: a component provider has no resources of its own to check or create.
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    port,
    close: async () => {
      server.forceShutdown();
      await Promise.resolve();
    },
  };
}

function unary<Request, Response>(
  answer: (request: Request) => Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (request, callback) => {
    answer(request.request).then(
      (response) => callback(null, response),
      (error: unknown) => {
        const details = error instanceof Error ? error.message : String(error);
        callback({ code: grpc.status.UNKNOWN, details });
      },
    );
  };
}
