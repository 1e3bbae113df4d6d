/** What RDS refuses. */
import { type Subject, text, type View } from "../resource-type";

/** A subnet group needs subnets in two zones. */
export function complainOfZones({ inputs, view }: Subject): string | undefined {
  const ids = Array.isArray(inputs["subnetIds"]) ? inputs["subnetIds"].map(String) : [];
  const zones = ids.map(
    (id) => view.named("aws:ec2/subnet:Subnet", id)?.inputs["availabilityZone"] ?? id,
  );
  return new Set(zones).size < 2
    ? "DBSubnetGroupDoesNotCoverEnoughAZs: The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: 1. Add subnets to cover at least 2 AZs."
    : undefined;
}

/** RDS's complaint of the values of an instance. */
export function complainOfInstance({ inputs, view }: Subject): string | undefined {
  const source = text(inputs, "replicateSourceDb");
  const snapshot = text(inputs, "snapshotIdentifier");
  if (snapshot !== "" && !snapshotExists(snapshot, view)) {
    return `DBSnapshotNotFound: DBSnapshot not found: ${snapshot}`;
  }
  if (inputs["allocatedStorage"] === undefined && snapshot === "" && source === "") {
    return "InvalidParameterValue: Invalid storage size for engine name postgres and storage type gp3: null";
  }
  const hasPassword = inputs["password"] !== undefined || inputs["passwordWo"] !== undefined;
  if (inputs["manageMasterUserPassword"] === true && hasPassword) {
    return "InvalidParameterCombination: You can't specify MasterUserPassword when ManageMasterUserPassword is enabled.";
  }
  const managed = inputs["manageMasterUserPassword"] === true;
  if (snapshot === "" && source === "" && !hasPassword && !managed) {
    return "InvalidParameterValue: The parameter MasterUserPassword must be provided and must not be blank.";
  }
  const maximum = Number(inputs["maxAllocatedStorage"] ?? 0);
  if (maximum !== 0 && maximum < Number(inputs["allocatedStorage"] ?? 0)) {
    return "InvalidParameterCombination: Max storage size must be greater than storage size";
  }
  if (Number(inputs["monitoringInterval"] ?? 0) > 0 && text(inputs, "monitoringRoleArn") === "") {
    return "InvalidParameterCombination: A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.";
  }
  return complainOfFamily(inputs, view);
}

/** A parameter group must be of the family of the engine's major version. */
function complainOfFamily(inputs: Subject["inputs"], view: View): string | undefined {
  const name = text(inputs, "parameterGroupName");
  const group = view.named("aws:rds/parameterGroup:ParameterGroup", name);
  const version = text(inputs, "engineVersion");
  // A replica's version is its source's.
  if (group === undefined || version === "" || text(inputs, "engine") === "") return undefined;
  const family = `${text(inputs, "engine")}${version.split(".")[0] ?? ""}`;
  const given = text(group.inputs, "family");
  return given === family
    ? undefined
    : `InvalidParameterCombination: The parameter group ${name} with DBParameterGroupFamily ${given} can't be used for this instance. Use a parameter group with DBParameterGroupFamily ${family}.`;
}

/**
 * Copies and final snapshots are in the account. Shared ones are named by their ARN and RDS's own
 * by `rds:`; those lie outside the model.
 */
function snapshotExists(snapshot: string, view: View): boolean {
  return (
    /^(arn|rds):/.test(snapshot) ||
    view.named("aws:rds/snapshotCopy:SnapshotCopy", snapshot) !== undefined ||
    view.retained.some(({ type, id }) => type === "aws:rds/instance:Instance" && id === snapshot)
  );
}
