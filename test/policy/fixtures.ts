/**
 * Resources that the platform does not have yet but the pack has rules for: workloads, RBAC,
 * registries. Each keeps every rule of production.
 */
import type { PlainResource } from "../../scripts/compliance/stack-resources";

const namespace = "dtem-services";
const labels = {
  "app.kubernetes.io/name": "dte-service",
  "app.kubernetes.io/component": "api",
  "app.kubernetes.io/part-of": "dtem",
};
const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const tags = {
  "dtem:project": "dtem",
  "dtem:environment": "prod",
  "dtem:managed-by": "pulumi",
  owner: "platform",
  "cost-center": "dtem-prod",
};

const urnOf = (type: string, name: string): string => `urn:pulumi:prod::dtem::${type}::${name}`;

function fixture(
  type: string,
  name: string,
  inputs: Record<string, unknown>,
  dependencies: readonly string[] = [],
): PlainResource {
  return {
    type,
    name,
    urn: urnOf(type, name),
    inputs,
    protect: false,
    ignoreChanges: [],
    provider: undefined,
    dependencies,
  };
}

const meta = (name: string) => ({ name, namespace, labels });

const pod = {
  serviceAccountName: "dte-service",
  automountServiceAccountToken: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 10001,
    seccompProfile: { type: "RuntimeDefault" },
  },
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: { "app.kubernetes.io/name": "dte-service" } },
    },
  ],
  containers: [
    {
      name: "api",
      image: `123456789012.dkr.ecr.sa-east-1.amazonaws.com/dtem/dte-service:1.4.2@${digest}`,
      env: [{ name: "DATABASE_PASSWORD_FILE", value: "/secrets/database" }],
      ports: [{ name: "http", containerPort: 8080 }],
      readinessProbe: { httpGet: { path: "/ready", port: "http" } },
      resources: {
        requests: { cpu: "100m", memory: "128Mi" },
        limits: { memory: "256Mi" },
      },
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      volumeMounts: [{ name: "secrets", mountPath: "/secrets", readOnly: true }],
    },
  ],
  volumes: [{ name: "secrets", secret: { secretName: "dte-service" } }],
};

/** All of them, as one stack of production. */
export function fixtures(): PlainResource[] {
  const resources = [
    fixture("kubernetes:core/v1:Namespace", "services", {
      metadata: {
        name: namespace,
        labels: { ...labels, "pod-security.kubernetes.io/enforce": "restricted" },
      },
    }),
    fixture("kubernetes:networking.k8s.io/v1:NetworkPolicy", "default-deny", {
      metadata: meta("default-deny"),
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    }),
    fixture("kubernetes:networking.k8s.io/v1:NetworkPolicy", "allow-ingress", {
      metadata: meta("allow-ingress"),
      spec: {
        podSelector: { matchLabels: { "app.kubernetes.io/name": "dte-service" } },
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [{ namespaceSelector: { matchLabels: { name: "ingress" } } }],
            ports: [{ protocol: "TCP", port: 8080 }],
          },
        ],
      },
    }),
    fixture("kubernetes:core/v1:ServiceAccount", "account", {
      metadata: meta("dte-service"),
      automountServiceAccountToken: false,
    }),
    fixture("kubernetes:apps/v1:Deployment", "deployment", {
      metadata: meta("dte-service"),
      spec: {
        selector: { matchLabels: { "app.kubernetes.io/name": "dte-service" } },
        template: { metadata: { labels }, spec: pod },
      },
    }),
    fixture("kubernetes:apps/v1:Deployment", "unscaled", {
      metadata: meta("dte-worker"),
      spec: {
        replicas: 2,
        selector: { matchLabels: { "app.kubernetes.io/name": "dte-service" } },
        template: { metadata: { labels }, spec: pod },
      },
    }),
    fixture("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "hpa", {
      metadata: meta("dte-service"),
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "dte-service" },
        minReplicas: 2,
        maxReplicas: 6,
        metrics: [{ type: "Resource", resource: { name: "cpu" } }],
      },
    }),
    fixture("kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler", "vpa", {
      metadata: meta("dte-service"),
      spec: {
        targetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "dte-service" },
        updatePolicy: { updateMode: "Auto" },
        resourcePolicy: {
          containerPolicies: [{ containerName: "*", controlledResources: ["memory"] }],
        },
      },
    }),
    fixture("kubernetes:policy/v1:PodDisruptionBudget", "budget", {
      metadata: meta("dte-service"),
      spec: {
        maxUnavailable: 1,
        selector: { matchLabels: { "app.kubernetes.io/name": "dte-service" } },
      },
    }),
    fixture("kubernetes:core/v1:Service", "service", {
      metadata: meta("dte-service"),
      spec: { type: "ClusterIP", ports: [{ port: 80, targetPort: "http" }] },
    }),
    fixture("kubernetes:networking.k8s.io/v1:Ingress", "ingress", {
      metadata: meta("dte-service"),
      spec: {
        tls: [{ hosts: ["dtem.empresa.cl"], secretName: "dtem-tls" }],
        rules: [{ host: "dtem.empresa.cl", http: { paths: [] } }],
      },
    }),
    fixture("kubernetes:rbac.authorization.k8s.io/v1:Role", "role", {
      metadata: meta("dte-service"),
      rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }],
    }),
    fixture("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "binding", {
      metadata: meta("dte-service"),
      roleRef: { kind: "Role", name: "dte-service" },
      subjects: [{ kind: "ServiceAccount", name: "dte-service", namespace }],
    }),
    fixture("kubernetes:storage.k8s.io/v1:StorageClass", "storage-class", {
      metadata: { name: "gp3" },
      provisioner: "ebs.csi.aws.com",
      parameters: { type: "gp3", encrypted: "true" },
    }),
    fixture("aws:ecr/repository:Repository", "repository", {
      name: "dtem/dte-service",
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      tags,
    }),
    fixture("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "bucket-access", {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    }),
    fixture("aws:iam/policy:Policy", "policy", {
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: "s3:GetObject",
            Resource: "arn:aws:s3:::dtem-prod-documents/*",
          },
        ],
      }),
    }),
  ];
  // One by one: cloned together, the two Deployments would go on sharing their pod.
  return resources.map((resource) => structuredClone(resource));
}
