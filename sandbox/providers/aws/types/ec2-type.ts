/** What the types of the EC2 API have in common. */
import { arn, ec2Id, type ResourceType } from "../resource-type";

/** Most EC2 types: an id with a prefix, and an ARN made of it. */
export function ec2Type(
  prefix: string,
  kind: string,
  rest: Omit<ResourceType, "id">,
): ResourceType {
  return {
    ...rest,
    id: () => ec2Id(prefix),
    outputs: (subject, id) => ({
      arn: arn(subject.account, "ec2", `${kind}/${id}`),
      ownerId: subject.account.id,
      ...rest.outputs?.(subject, id),
    }),
  };
}

/** EC2's answer to an id that is not there. */
export function notFound(code: string, noun: string): (value: string) => string {
  return (value) => `${code}.NotFound: The ${noun} '${value}' does not exist`;
}
