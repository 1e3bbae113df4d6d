/** Contents of the parameter groups of RDS for PostgreSQL. */

/** One parameter, as `rds.ParameterGroup` takes it. */
export interface DatabaseParameter {
  readonly name: string;
  readonly value: string;
  /** Static parameters are refused with `immediate`; they wait for a reboot in the window. */
  readonly applyMethod: "immediate" | "pending-reboot";
}

/** Which instance the group is for. */
export type DatabaseRole = "primary" | "replica";

/**
 * Parameters of an instance; everything else stays as AWS sets it.
 *
 * @param connections `max_connections`. A replica stops applying changes if it has fewer than its
 * primary, so it is given the primary's number whatever its own size.
 */
export function databaseParameters(role: DatabaseRole, connections: number): DatabaseParameter[] {
  const parameters: DatabaseParameter[] = [
    // Connections without TLS are refused by the server, not only discouraged to clients.
    { name: "rds.force_ssl", value: "1", applyMethod: "immediate" },
    { name: "max_connections", value: String(connections), applyMethod: "pending-reboot" },
    // Milliseconds. Statements are logged with their values, so the log is personal data too.
    { name: "log_min_duration_statement", value: "1000", applyMethod: "immediate" },
    { name: "log_connections", value: "1", applyMethod: "immediate" },
    { name: "log_disconnections", value: "1", applyMethod: "immediate" },
    { name: "log_lock_waits", value: "1", applyMethod: "immediate" },
    // kB. A sort or hash that spills more than this to disk shows a missing index or memory.
    { name: "log_temp_files", value: "10240", applyMethod: "immediate" },
    // Milliseconds. A forgotten open transaction keeps vacuum from cleaning up the whole database.
    {
      name: "idle_in_transaction_session_timeout",
      value: "300000",
      applyMethod: "immediate",
    },
  ];
  if (role === "replica") {
    // Long reads on the replica would otherwise be cancelled when the primary vacuums.
    parameters.push({ name: "hot_standby_feedback", value: "1", applyMethod: "immediate" });
  }
  return parameters;
}
