/** Functions of the aws provider that a program may call. */
import type { Props } from "../service";
import { policyDocument } from "./policy-document";
import { type Account, digest, text } from "./resource-type";

type Answer = (args: Props, account: Account) => Props;

const functions: Readonly<Record<string, Answer>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": (_args, { id }) => ({
    accountId: id,
    arn: `arn:aws:sts::${id}:assumed-role/sandbox/session`,
    id,
    userId: "AROASANDBOX:session",
  }),
  "aws:index/getPartition:getPartition": () => ({
    dnsSuffix: "amazonaws.com",
    id: "aws",
    partition: "aws",
    reverseDnsPrefix: "com.amazonaws",
  }),
  "aws:index/getRegion:getRegion": (_args, { region }) => ({
    id: region,
    name: region,
    region,
    endpoint: `ec2.${region}.amazonaws.com`,
  }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": (_args, { region }) => ({
    id: region,
    names: ["a", "b", "c"].map((letter) => `${region}${letter}`),
    zoneIds: [1, 2, 3].map((number) => `${region}-az${number}`),
    groupNames: [region],
  }),
  "aws:iam/getPolicyDocument:getPolicyDocument": (args) => {
    const { json, minifiedJson } = policyDocument(args);
    return { ...args, id: digest(minifiedJson, 10), json, minifiedJson };
  },
  "aws:eks/getAddonVersion:getAddonVersion": (args, { region }) => ({
    ...args,
    id: text(args, "addonName"),
    region,
    version: addonVersion(text(args, "addonName"), text(args, "kubernetesVersion")),
  }),
  "aws:eks/getClusterAuth:getClusterAuth": ({ name }) => ({
    id: name,
    name,
    token: `k8s-aws-v1.${digest(String(name), 64)}`,
  }),
  "aws:ssm/getParameter:getParameter": (args, account) => {
    const name = text(args, "name");
    if (!name.startsWith("/aws/service/")) {
      throw new Error(`ParameterNotFound: couldn't find ${name}; the sandbox has AWS's own only`);
    }
    const value = name.endsWith("/image_id") ? `ami-0${digest(name, 16)}` : digest(name, 12);
    return {
      ...args,
      id: name,
      arn: `arn:aws:ssm:${account.region}::parameter${name}`,
      region: account.region,
      type: "String",
      value,
      insecureValue: value,
      version: 1,
    };
  },
};

/** A version in the right form; for kube-proxy it is that of Kubernetes. */
function addonVersion(addon: string, kubernetes: string): string {
  return addon === "kube-proxy" ? `v${kubernetes}.0-eksbuild.1` : "v1.0.0-eksbuild.1";
}

/**
 * Answers a function call.
 *
 * @throws Error for a function that the account does not know.
 */
export function invoke(token: string, args: Props, account: Account): Props {
  const answer = functions[token];
  if (answer === undefined) {
    throw new Error(
      `The sandbox's AWS account does not know the function ${token}; ` +
        `add it to sandbox/providers/aws/invokes.ts.`,
    );
  }
  return answer(args, account);
}
