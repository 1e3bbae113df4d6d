/** All types that the modelled account knows. */
import type { ResourceType, ResourceTypes } from "../resource-type";
import { dnsTypes } from "./dns";
import { ec2Types } from "./ec2";
import { eksTypes } from "./eks";
import { elasticacheTypes } from "./elasticache";
import { identityTypes } from "./identity";
import { observabilityTypes } from "./observability";
import { rdsTypes } from "./rds";
import { secretTypes } from "./secretsmanager";
import { securityGroupTypes } from "./security-groups";
import { storageTypes } from "./storage";

/** Types by Pulumi token. */
export const resourceTypes: ResourceTypes = {
  ...ec2Types,
  ...securityGroupTypes,
  ...identityTypes,
  ...secretTypes,
  ...eksTypes,
  ...rdsTypes,
  ...elasticacheTypes,
  ...observabilityTypes,
  ...storageTypes,
  ...dnsTypes,
};

/**
 * The model of a type.
 *
 * @throws Error for a type that the account does not know.
 */
export function resourceType(token: string): ResourceType {
  const type = resourceTypes[token];
  if (type === undefined) {
    throw new Error(
      `The sandbox's AWS account does not know the type ${token}; ` +
        `add it to one of the tables in sandbox/providers/aws/types/.`,
    );
  }
  return type;
}
