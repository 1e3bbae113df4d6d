/**
 * One broken property, and the rule that has to notice: at least one for every rule of the pack, most
 * of them on the resources of the committed stacks.
 */

/** Where the broken resource comes from: a committed stack, or the fixtures. */
export type Source = "prod" | "staging" | "dev" | "fixture";

/** One change of one resource. */
export interface Mutation {
  readonly rule: string;
  readonly source: Source;
  /** Logical name. */
  readonly resource: string;
  /**
   * Dotted path below the inputs. Three are not inputs: `type:` makes the resource one of another
   * type, `option:` changes an option, `depends:` adds a dependency on a resource of that name; and
   * `remove:` takes the resource away.
   */
  readonly path: string;
  /** New value; undefined removes the property. */
  readonly value?: unknown;
  /** Resource that the message names, if it is another one. */
  readonly names?: string;
}

const change =
  (source: Source) =>
  (rule: string, resource: string, path: string, value?: unknown, names?: string): Mutation => ({
    rule,
    source,
    resource,
    path,
    value,
    names,
  });

const prod = change("prod");
const staging = change("staging");
const dev = change("dev");
const fixture = change("fixture");

const cluster = "cluster-eks-eksCluster";
const database = "database-primary-instance";
const template = "node-group-workload-launch-template";
const group = "node-group-workload-nodes";
const server = "spec.template.spec";
const container = `${server}.containers.0`;

const allow = (statement: Record<string, unknown>): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });

const openIngress = { protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/0"] };

export const mutations: readonly Mutation[] = [
  // Network
  prod("default-security-group-closed", "network-default-security-group", "ingress", [openIngress]),
  prod("default-security-group-closed", "network-default-security-group", "egress", [openIngress]),
  prod(
    "default-security-group-managed",
    "network-default-security-group",
    "remove:",
    undefined,
    "network-vpc",
  ),
  prod("vpc-flow-logs-present", "network-flow-logs-vpc", "remove:", undefined, "network-vpc"),
  prod("vpc-flow-logs-complete", "network-flow-logs-vpc", "trafficType", "REJECT"),
  prod("subnet-no-automatic-public-ip", "network-public-sa-east-1a", "mapPublicIpOnLaunch", true),
  prod("security-group-no-open-ingress", "network-endpoints-security-group", "ingress", [
    openIngress,
  ]),
  prod("security-group-no-open-ingress", "database-access-from-nodes", "cidrIpv4", "0.0.0.0/0"),
  prod("security-group-no-open-ingress", "cache-access-from-nodes", "cidrIpv6", "::/0"),
  prod(
    "security-group-data-ports-by-group",
    "database-access-from-nodes",
    "cidrIpv4",
    "10.40.0.0/16",
  ),
  prod("security-group-data-ports-by-group", "network-endpoints-https-from-vpc", "toPort", 65535),
  prod("security-group-rules-described", "database-access-from-nodes", "description"),
  prod("vpc-endpoint-private-dns", "network-endpoints-sts", "privateDnsEnabled", false),

  // Control plane
  prod("eks-endpoint-not-open", cluster, "vpcConfig.endpointPublicAccess", true),
  staging("eks-endpoint-not-open", cluster, "vpcConfig.publicAccessCidrs", ["0.0.0.0/0"]),
  staging("eks-endpoint-not-open", cluster, "vpcConfig.publicAccessCidrs"),
  prod("eks-endpoint-private-only", cluster, "vpcConfig.endpointPublicAccess", true),
  prod("eks-endpoint-private-on", cluster, "vpcConfig.endpointPrivateAccess", false),
  prod("eks-control-plane-logs", cluster, "enabledClusterLogTypes", ["api"]),
  prod("eks-log-group-owned", "cluster-logs", "remove:", undefined, cluster),
  prod("eks-secrets-encrypted", cluster, "encryptionConfig"),
  prod("eks-supported-version", cluster, "version", "1.31"),
  prod("eks-standard-support", cluster, "upgradePolicy.supportType", "EXTENDED"),
  prod("eks-access-entries", cluster, "accessConfig.authenticationMode", "API_AND_CONFIG_MAP"),
  prod("eks-deletion-protection", cluster, "deletionProtection", false),
  prod("eks-addons-pinned", "eks-addons-coredns", "addonVersion"),
  prod("eks-network-policy-engine", "cluster-eks-vpc-cni", "configurationValues", "{}"),
  prod(
    "eks-access-by-role",
    "cluster-access-123456789012-role-auditor",
    "principalArn",
    "arn:aws:iam::123456789012:user/someone",
  ),
  prod(
    "eks-cluster-admins-few",
    "cluster-access-123456789012-role-auditor-policy",
    "policyArn",
    "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
  ),

  // Nodes
  prod("node-imdsv2", template, "metadataOptions.httpTokens", "optional"),
  prod("node-imds-hop-limit", template, "metadataOptions.httpPutResponseHopLimit", 2),
  prod("node-volumes-encrypted", template, "blockDeviceMappings.0.ebs.encrypted", "false"),
  prod("node-volumes-encrypted", template, "blockDeviceMappings"),
  prod("node-no-public-address", template, "networkInterfaces", [
    { associatePublicIpAddress: "true" },
  ]),
  prod("node-no-ssh", template, "keyName", "admin"),
  prod("node-no-ssh", group, "remoteAccess", { ec2SshKey: "admin" }),
  prod("node-own-launch-template", group, "launchTemplate"),
  prod("node-ami-maintained", group, "amiType", "AL2_x86_64"),
  prod("node-ami-maintained", template, "imageId", "ami-0123456789abcdef0"),
  prod("node-rolling-update", group, "updateConfig"),
  prod("node-private-subnets", group, "depends:", "network-public-sa-east-1a"),
  prod("node-groups-redundant", group, "scalingConfig.minSize", 1),
  prod("node-group-size-ignored", group, "option:ignoreChanges", []),

  // Database
  prod("rds-not-public", database, "publiclyAccessible", true),
  prod("rds-encrypted", database, "storageEncrypted", false),
  prod("rds-encrypted", database, "kmsKeyId"),
  prod("rds-performance-insights-encrypted", database, "performanceInsightsKmsKeyId"),
  prod("rds-tls-forced", "database-primary-parameters", "parameters", []),
  prod("rds-multi-az", database, "multiAz", false),
  prod("rds-backups", database, "backupRetentionPeriod", 7),
  staging("rds-backups", database, "backupRetentionPeriod", 0),
  prod("rds-final-snapshot", database, "skipFinalSnapshot", true),
  prod("rds-deletion-protection", database, "deletionProtection", false),
  prod("rds-logs-exported", database, "enabledCloudwatchLogsExports", ["upgrade"]),
  prod("rds-enhanced-monitoring", database, "monitoringInterval", 0),
  prod("rds-minor-upgrades", database, "autoMinorVersionUpgrade", false),
  prod("rds-no-major-upgrade", database, "allowMajorVersionUpgrade", true),
  prod("rds-snapshot-tags", database, "copyTagsToSnapshot", false),
  prod("rds-admin-name", database, "username", "postgres"),
  prod("rds-changes-in-window", database, "applyImmediately", true),
  prod("data-subnet-groups-span-zones", "database-subnets", "subnetIds", ["subnet-1"]),

  // Cache
  prod("cache-encrypted-at-rest", "cache-group", "atRestEncryptionEnabled", false),
  prod("cache-encrypted-at-rest", "cache-group", "kmsKeyId"),
  prod("cache-tls-required", "cache-group", "transitEncryptionEnabled", false),
  prod("cache-tls-required", "cache-group", "transitEncryptionMode", "preferred"),
  prod("cache-authentication", "cache-group", "authToken"),
  prod("cache-failover", "cache-group", "automaticFailoverEnabled", false),
  prod("cache-failover", "cache-group", "multiAzEnabled", false),
  prod("cache-backups", "cache-group", "snapshotRetentionLimit", 0),
  prod("cache-final-snapshot", "cache-group", "finalSnapshotIdentifier"),
  prod("cache-own-subnet-group", "cache-group", "subnetGroupName"),
  prod("cache-logs-delivered", "cache-group", "logDeliveryConfigurations", []),
  prod("cache-changes-in-window", "cache-group", "applyImmediately", true),

  // Keys and secrets
  prod("kms-key-rotation", "cluster-key", "enableKeyRotation", false),
  prod("kms-key-deletion-window", "database-encryption-key", "deletionWindowInDays", 7),
  prod(
    "kms-key-not-public",
    "cluster-key",
    "policy",
    allow({ Principal: "*", Action: "kms:*", Resource: "*" }),
  ),
  prod("secret-own-key", "cache-token-store-secret", "kmsKeyId"),
  prod("secret-recovery-window", "cache-token-store-secret", "recoveryWindowInDays", 0),
  prod(
    "secret-not-public",
    "cache-token-store-secret",
    "policy",
    allow({ Principal: "*", Action: "secretsmanager:GetSecretValue", Resource: "*" }),
  ),
  prod("generated-passwords-strong", "cache-token", "length", 12),
  prod("sns-topic-encrypted", "alarms-topic", "kmsMasterKeyId"),
  prod(
    "sns-topic-not-public",
    "alarms-policy",
    "policy",
    allow({ Principal: { AWS: "*" }, Action: "sns:Publish" }),
  ),
  prod("alarms-tell-somebody", "database-primary-cpu", "alarmActions", []),

  // Identity
  prod(
    "iam-no-full-administration",
    "network-flow-logs-role-policy",
    "policy",
    allow({ Action: "*", Resource: "*" }),
  ),
  prod(
    "iam-no-service-wildcards",
    "network-flow-logs-role-policy",
    "policy",
    allow({ Action: ["logs:*"], Resource: "arn:aws:logs:sa-east-1:123456789012:log-group:a" }),
  ),
  prod(
    "iam-no-powerful-managed-policies",
    "node-role-join",
    "policyArn",
    "arn:aws:iam::aws:policy/AdministratorAccess",
  ),
  prod(
    "iam-trust-named",
    "node-role-role",
    "assumeRolePolicy",
    allow({ Principal: { AWS: "*" }, Action: "sts:AssumeRole" }),
  ),
  prod(
    "iam-pod-identity-trust-tied",
    "cluster-cni-identity-role",
    "assumeRolePolicy",
    allow({ Principal: { Service: "pods.eks.amazonaws.com" }, Action: "sts:AssumeRole" }),
  ),
  fixture("iam-no-users", "policy", "type:", "aws:iam/accessKey:AccessKey"),
  prod(
    "pod-identity-dedicated-roles",
    "eks-addons-ebs-identity-association",
    "depends:",
    "cluster-cni-identity-role",
  ),
  prod(
    "node-role-minimal",
    "node-role-join",
    "policyArn",
    "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy",
  ),

  // Pods: the servers of dev, and where they have no such part, the fixtures
  dev("pod-no-host-process", "database-server-server", `${server}.securityContext.windowsOptions`, {
    hostProcess: true,
  }),
  dev("pod-no-host-pid", "database-server-server", `${server}.hostPID`, true),
  dev("pod-no-host-ipc", "database-server-server", `${server}.hostIPC`, true),
  dev("pod-no-host-network", "cache-server-server", `${server}.hostNetwork`, true),
  dev(
    "pod-not-privileged",
    "database-server-server",
    `${container}.securityContext.privileged`,
    true,
  ),
  dev(
    "pod-capabilities-dropped",
    "database-server-server",
    `${container}.securityContext.capabilities`,
  ),
  dev(
    "pod-capabilities-dropped",
    "cache-server-server",
    `${container}.securityContext.capabilities.add`,
    ["NET_ADMIN"],
  ),
  dev("pod-no-host-path", "database-server-server", `${server}.volumes.0`, {
    name: "host",
    hostPath: { path: "/" },
  }),
  dev("pod-volume-types", "database-server-server", `${server}.volumes.0`, {
    name: "share",
    nfs: { server: "nfs", path: "/" },
  }),
  dev("pod-no-host-ports", "cache-server-server", `${container}.ports.0.hostPort`, 6379),
  fixture(
    "pod-no-probe-host",
    "deployment",
    `${container}.readinessProbe.httpGet.host`,
    "169.254.169.254",
  ),
  dev("pod-apparmor", "database-server-server", `${server}.securityContext.appArmorProfile`, {
    type: "Unconfined",
  }),
  dev("pod-selinux", "database-server-server", `${server}.securityContext.seLinuxOptions`, {
    type: "spc_t",
  }),
  dev(
    "pod-proc-mount",
    "database-server-server",
    `${container}.securityContext.procMount`,
    "Unmasked",
  ),
  dev(
    "pod-seccomp",
    "database-server-server",
    `${server}.securityContext.seccompProfile.type`,
    "Unconfined",
  ),
  dev("pod-seccomp", "database-seed-job", `${server}.securityContext.seccompProfile`),
  dev("pod-sysctls", "cache-server-server", `${server}.securityContext.sysctls`, [
    { name: "net.core.somaxconn", value: "1024" },
  ]),
  dev(
    "pod-no-privilege-escalation",
    "database-server-server",
    `${container}.securityContext.allowPrivilegeEscalation`,
    true,
  ),
  dev(
    "pod-run-as-non-root",
    "database-server-server",
    `${server}.securityContext.runAsNonRoot`,
    false,
  ),
  dev("pod-not-user-zero", "database-seed-job", `${server}.securityContext.runAsUser`, 0),
  dev(
    "pod-read-only-root",
    "database-server-server",
    `${container}.securityContext.readOnlyRootFilesystem`,
    false,
  ),
  dev("pod-no-token-mounted", "database-server-server", `${server}.automountServiceAccountToken`),
  dev(
    "pod-no-default-account",
    "database-server-server",
    `${server}.automountServiceAccountToken`,
    true,
  ),
  fixture("pod-secrets-as-files", "deployment", `${container}.env.0`, {
    name: "DATABASE_PASSWORD",
    valueFrom: { secretKeyRef: { name: "database", key: "password" } },
  }),
  dev("pod-no-literal-secrets", "database-seed-job", `${container}.env.4`, {
    name: "PGPASSWORD",
    value: "secret",
  }),
  dev("namespace-pod-security", "data-namespace", "metadata.labels", {
    "pod-security.kubernetes.io/enforce": "baseline",
  }),
  fixture("service-account-token-not-mounted", "account", "automountServiceAccountToken"),

  // RBAC
  fixture("rbac-no-secret-reading", "role", "rules.0.resources", ["secrets"]),
  fixture("rbac-no-pod-creation", "role", "rules.0", {
    resources: ["pods/exec"],
    verbs: ["create"],
  }),
  fixture("rbac-no-escalation", "role", "rules.0", {
    resources: ["clusterroles"],
    verbs: ["bind"],
  }),
  fixture("rbac-no-persistent-volumes", "role", "rules.0", {
    resources: ["persistentvolumes"],
    verbs: ["create"],
  }),
  fixture("rbac-no-node-proxy", "role", "rules.0.resources", ["nodes/proxy"]),
  fixture("rbac-no-webhook-changes", "role", "rules.0", {
    resources: ["mutatingwebhookconfigurations"],
    verbs: ["patch"],
  }),
  fixture("rbac-no-token-creation", "role", "rules.0", {
    resources: ["serviceaccounts/token"],
    verbs: ["create"],
  }),
  fixture("rbac-no-wildcards", "role", "rules.0.verbs", ["*"]),
  fixture("rbac-no-wildcards", "role", "rules.0.apiGroups", ["*"]),
  fixture("rbac-no-cluster-admin", "binding", "roleRef.name", "cluster-admin"),
  fixture("rbac-subjects-named", "binding", "subjects.0.name", "default"),
  fixture("rbac-subjects-named", "binding", "subjects.0.name", "system:authenticated"),

  // Network policies and boundaries
  dev("namespace-default-deny", "data-default-deny", "remove:", undefined, "data-namespace"),
  dev(
    "namespace-default-deny",
    "data-default-deny",
    "spec.policyTypes",
    ["Ingress"],
    "data-namespace",
  ),
  dev("network-policy-not-open", "database-server-clients", "spec.ingress.0.from", []),
  fixture("network-policy-not-open", "allow-ingress", "spec.ingress.0.from", [
    { namespaceSelector: {} },
  ]),
  dev("no-default-namespace", "database-server-server", "metadata.namespace"),
  dev("service-no-stray-load-balancer", "database-server-service", "spec.type", "LoadBalancer"),
  dev("service-no-stray-load-balancer", "cache-server-service", "spec.type", "NodePort"),
  fixture("ingress-tls", "ingress", "spec.tls", []),

  // Images
  dev(
    "image-registries",
    "database-server-server",
    `${container}.image`,
    "ghcr.io/someone/postgres:17.7",
  ),
  dev(
    "image-registries",
    "database-server-server",
    `${container}.image`,
    "bitnami/postgresql:17.7",
  ),
  dev(
    "image-tagged",
    "database-server-server",
    `${container}.image`,
    "docker.io/library/postgres:latest",
  ),
  dev("image-tagged", "cache-server-server", `${container}.image`, "docker.io/valkey/valkey"),
  fixture(
    "image-digest",
    "deployment",
    `${container}.image`,
    "public.ecr.aws/dtem/dte-service:1.4.2",
  ),
  fixture("ecr-scan-on-push", "repository", "imageScanningConfiguration.scanOnPush", false),
  fixture("ecr-immutable-tags", "repository", "imageTagMutability", "MUTABLE"),

  // Autoscaling and availability
  fixture("autoscaler-owns-replicas", "deployment", "spec.replicas", 3),
  fixture("autoscalers-do-not-fight", "vpa", "spec.resourcePolicy"),
  fixture("autoscaler-range", "hpa", "spec.maxReplicas", 2),
  fixture("deployment-redundant", "unscaled", "spec.replicas", 1),
  fixture("deployment-spread", "deployment", `${server}.topologySpreadConstraints`, []),
  fixture("deployment-budget", "budget", "remove:", undefined, "deployment"),
  fixture("budget-allows-disruption", "budget", "spec.maxUnavailable", 0),
  dev("workload-readiness", "database-server-server", `${container}.readinessProbe`),
  dev("workload-resources", "cache-server-server", `${container}.resources.limits`),
  prod(
    "nat-per-zone",
    "network-egress-nat-sa-east-1c",
    "remove:",
    undefined,
    "network-egress-nat-sa-east-1",
  ),

  // Data protection
  prod("stateful-protected", database, "option:protect", false),
  prod("stateful-protected", "cluster-key", "option:protect", false),
  fixture("storage-class-encrypted", "storage-class", "parameters.encrypted", "false"),
  fixture("bucket-private", "bucket-access", "blockPublicPolicy", false),

  // Tags, cost, naming
  prod("tags-platform", "network-vpc", "option:provider", {}),
  prod("tags-platform", database, "tags", { "dtem:environment": "staging" }),
  prod("tags-owner", "cluster-key", "option:provider", { defaultTags: { tags: { owner: "me" } } }),
  dev("labels-recommended", "database-server-server", "metadata.labels", {}),
  prod("cost-instance-families", group, "instanceTypes", ["p5.48xlarge"]),
  prod("cost-instance-families", database, "instanceClass", "db.x2iedn.xlarge"),
  staging("cost-small-outside-prod", "cache-group", "nodeType", "cache.m7g.4xlarge"),
  staging(
    "cost-one-nat-outside-prod",
    "network-public-sa-east-1b",
    "type:",
    "aws:ec2/natGateway:NatGateway",
    "nat",
  ),
  prod("log-retention-set", "cluster-logs", "retentionInDays", 0),
  prod("log-retention-year", "database-primary-log-postgresql", "retentionInDays", 30),
  prod("cost-volumes-gp3", template, "blockDeviceMappings.0.ebs.volumeType", "io2"),
  prod("cost-volumes-gp3", database, "storageType", "gp2"),
  prod("cost-storage-limited", database, "maxAllocatedStorage", 65536),
  prod("naming-physical", database, "identifier", "dtem-staging"),
  prod("naming-physical", "cluster-key-alias", "name", "alias/cluster"),
];
