/** Where a key lives and which log groups it encrypts. */
export interface LogKeyPolicyArgs {
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
  /** Name of the one log group whose events the key may encrypt. */
  readonly logGroupName: string;
}

/**
 * Key policy, as JSON, of a KMS key that encrypts a CloudWatch log group (and whatever the account's
 * IAM policies allow besides).
 *
 * The first statement is AWS's default: without it nobody could manage the key again. CloudWatch
 * Logs needs its own statement, since it works with its own service principal rather than with
 * grants; the encryption context ties that to the one group.
 *
 * Source: Amazon CloudWatch Logs user guide, "Encrypt log data in CloudWatch Logs using AWS KMS".
 */
export function logKeyPolicy(args: LogKeyPolicyArgs): string {
  const { accountId, region, logGroupName } = args;
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AccountAdministersThroughIam",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "CloudWatchLogsEncryptsOneGroup",
        Effect: "Allow",
        Principal: { Service: `logs.${region}.amazonaws.com` },
        Action: [
          "kms:Encrypt*",
          "kms:Decrypt*",
          "kms:ReEncrypt*",
          "kms:GenerateDataKey*",
          "kms:Describe*",
        ],
        Resource: "*",
        Condition: {
          ArnEquals: {
            "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${region}:${accountId}:log-group:${logGroupName}`,
          },
        },
      },
    ],
  });
}
