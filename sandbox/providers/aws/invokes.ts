/** Functions of the aws provider that a program may call. */
import type { Props } from "../service";
import type { Account } from "./resource-type";

const functions: Readonly<Record<string, (args: Props, account: Account) => Props>> = {
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
};

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
