/**
 * CIS Amazon EKS Benchmark 1.8, sections 2 to 5 (section 1, the control plane's own components, has
 * no recommendations: AWS runs them).
 */
import type { ControlEntry } from "./control";

/** Node settings that come with the image; rule `node-ami-maintained` keeps that image in place. */
const ami = (what: string) => ({
  by: "aws" as const,
  heldBy: "node-ami-maintained",
  why: `${what} in AWS's EKS-optimised images; rule node-ami-maintained admits no other`,
});

/** Number of the control → what it asks for. */
export const cisEks = {
  "2.1.1": { title: "Enable audit logs" },
  "2.1.2": { title: "Ensure audit logs are collected and managed" },
  "3.1.1": {
    title: "Permissions of the kubelet's kubeconfig are 644 or stricter",
    unchecked: ami("The file is 0644"),
  },
  "3.1.2": {
    title: "The kubelet's kubeconfig belongs to root:root",
    unchecked: ami("The file belongs to root"),
  },
  "3.1.3": {
    title: "Permissions of the kubelet's configuration are 644 or stricter",
    unchecked: ami("The file is 0644"),
  },
  "3.1.4": {
    title: "The kubelet's configuration belongs to root:root",
    unchecked: ami("The file belongs to root"),
  },
  "3.2.1": {
    title: "Anonymous authentication is off",
    unchecked: ami("authentication.anonymous.enabled is false"),
  },
  "3.2.2": {
    title: "The authorization mode is not AlwaysAllow",
    unchecked: ami("authorization.mode is Webhook"),
  },
  "3.2.3": { title: "A client CA file is configured", unchecked: ami("clientCAFile is set") },
  "3.2.4": { title: "The read-only port is disabled", unchecked: ami("readOnlyPort is 0") },
  "3.2.5": {
    title: "The idle timeout of streaming connections is not 0",
    unchecked: ami("The timeout is left at its default of four hours"),
  },
  "3.2.6": {
    title: "The kubelet keeps its iptables chains",
    unchecked: ami("makeIPTablesUtilChains is left at its default, true"),
  },
  "3.2.7": {
    title: "The rate of recorded events is 0 or appropriate",
    unchecked: ami("eventRecordQPS is left at its default"),
  },
  "3.2.8": {
    title: "Client certificates of the kubelet are rotated",
    unchecked: ami(
      "The kubelet identifies itself by IAM and holds no long-lived client certificate",
    ),
  },
  "3.2.9": {
    title: "The server certificate of the kubelet is rotated",
    unchecked: ami("serverTLSBootstrap is on and EKS signs the renewals"),
  },
  "4.1.1": { title: "cluster-admin is used only where required" },
  "4.1.2": { title: "Minimise access to Secrets" },
  "4.1.3": { title: "Minimise wildcards in Roles and ClusterRoles" },
  "4.1.4": { title: "Minimise access to create pods" },
  "4.1.5": { title: "Default service accounts are not used" },
  "4.1.6": { title: "Service account tokens are mounted only where necessary" },
  "4.1.7": { title: "Access is managed by EKS access entries" },
  "4.1.8": { title: "Limit bind, impersonate and escalate" },
  "4.1.9": { title: "Minimise access to create PersistentVolumes" },
  "4.1.10": { title: "Minimise access to the proxy sub-resource of Nodes" },
  "4.1.11": { title: "Minimise access to webhook configurations" },
  "4.1.12": { title: "Minimise access to the creation of service account tokens" },
  "4.2.1": { title: "Minimise privileged containers" },
  "4.2.2": { title: "Minimise containers that share the host's process namespace" },
  "4.2.3": { title: "Minimise containers that share the host's IPC namespace" },
  "4.2.4": { title: "Minimise containers that share the host's network namespace" },
  "4.2.5": { title: "Minimise containers with allowPrivilegeEscalation" },
  "4.3.1": { title: "The CNI plug-in supports network policies" },
  "4.3.2": { title: "All namespaces have network policies" },
  "4.4.1": { title: "Prefer Secrets as files over Secrets as environment variables" },
  "4.4.2": { title: "Consider external storage of secrets" },
  "4.5.1": { title: "Use namespaces as administrative boundaries" },
  "4.5.2": { title: "The default namespace is not used" },
  "5.1.1": { title: "Images are scanned for vulnerabilities" },
  "5.1.2": {
    title: "Minimise user access to Amazon ECR",
    unchecked: {
      by: "gap",
      why: "Who may push is granted to people outside this project; its own policies are bound by iam-no-service-wildcards",
    },
  },
  "5.1.3": { title: "Minimise the cluster's access to Amazon ECR to reading" },
  "5.1.4": { title: "Only approved registries are used" },
  "5.2.1": { title: "Prefer dedicated service accounts" },
  "5.3.1": { title: "Kubernetes Secrets are encrypted with a customer-managed key" },
  "5.4.1": { title: "Restrict access to the control plane's endpoint" },
  "5.4.2": { title: "The private endpoint is on and the public one off" },
  "5.4.3": { title: "Nodes are private" },
  "5.4.4": { title: "Network policies are enabled and appropriate" },
  "5.4.5": { title: "Load balancers speak TLS" },
  "5.5.1": { title: "Kubernetes users are managed by IAM" },
} as const satisfies Record<string, ControlEntry>;
