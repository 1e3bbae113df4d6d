/** The parts of an answer to the engine that need the more obscure corners of its protocol. */
import * as grpc from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { ErrorResourceInitFailed, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";

/** One entry of a detailed diff, from whether the old and the new inputs have the property. */
export function detail(inOlds: boolean, inNews: boolean, replace: boolean): PropertyDiff {
  const kind = PropertyDiff.Kind;
  const entry = new PropertyDiff().setInputdiff(true);
  if (inNews && !inOlds) return entry.setKind(replace ? kind.ADD_REPLACE : kind.ADD);
  if (inOlds && !inNews) return entry.setKind(replace ? kind.DELETE_REPLACE : kind.DELETE);
  return entry.setKind(replace ? kind.UPDATE_REPLACE : kind.UPDATE);
}

/** A resource that exists but is not ready, in the form that the engine understands. */
export class PartialFailure extends Error {
  override readonly name = "PartialFailure";

  constructor(
    message: string,
    readonly detail: ErrorResourceInitFailed,
  ) {
    super(message);
  }
}

/**
 * The gRPC status of an error. A partial failure carries its detail in `grpc-status-details-bin`,
 * as gRPC for Go does; Node's has no API for it.
 */
export function failureStatus(error: unknown): Partial<grpc.StatusObject> {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new grpc.Metadata();
  if (error instanceof PartialFailure) {
    const packed = new Any();
    packed.pack(error.detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status().setCode(grpc.status.UNKNOWN).setMessage(message);
    status.addDetails(packed);
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  }
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}
