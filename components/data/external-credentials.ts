import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";

import { kubernetesLabels } from "../naming";
import type { SecretReference } from "./endpoints";

/** Where the password of an existing server comes from. */
export type ExternalCredentials =
  | {
      readonly kind: "existingSecret";
      /** Secret of the data namespace whose key `password` is the password; made by others. */
      readonly secretName: string;
    }
  | {
      readonly kind: "password";
      /** Put into a Secret by the program, whose contents are secret in the state. */
      readonly password: pulumi.Input<string>;
    };

/** What a Secret for an existing server is made of. */
export interface ExternalSecretArgs {
  readonly namespace: pulumi.Input<string>;
  /** Name of the Secret if the program makes it. */
  readonly secretName: string;
  /** Role in the architecture, for the label `app.kubernetes.io/component`. */
  readonly component: string;
  /** Login name, if the server has one. */
  readonly username?: string;
  readonly credentials: ExternalCredentials;
}

/** Refers to the Secret with a server's password, and makes it where it does not exist. */
export function externalSecret(
  name: string,
  args: ExternalSecretArgs,
  opts: pulumi.CustomResourceOptions,
): SecretReference {
  const { credentials } = args;
  if (credentials.kind === "existingSecret") {
    return {
      store: "kubernetes",
      name: pulumi.interpolate`${args.namespace}/${credentials.secretName}`,
    };
  }
  const secret = new core.Secret(
    name,
    {
      metadata: {
        name: args.secretName,
        namespace: args.namespace,
        labels: kubernetesLabels({ name: args.secretName, component: args.component }),
      },
      stringData: {
        ...(args.username === undefined ? {} : { username: args.username }),
        password: credentials.password,
      },
    },
    opts,
  );
  return {
    store: "kubernetes",
    name: pulumi.interpolate`${secret.metadata.namespace}/${secret.metadata.name}`,
  };
}
