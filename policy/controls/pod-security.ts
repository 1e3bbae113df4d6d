/**
 * Kubernetes Pod Security Standards, baseline and restricted, as of Kubernetes 1.35.
 *
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
import type { ControlEntry } from "./control";

/** Profile and control → what it asks for. */
export const podSecurity = {
  "baseline/HostProcess": { title: "No Windows HostProcess containers" },
  "baseline/Host Namespaces": { title: "No sharing of the host's network, PID or IPC namespace" },
  "baseline/Privileged Containers": { title: "No privileged containers" },
  "baseline/Capabilities": { title: "No capabilities beyond the harmless ones" },
  "baseline/HostPath Volumes": { title: "No hostPath volumes" },
  "baseline/Host Ports": { title: "No host ports" },
  "baseline/Host Probes and Lifecycle Hooks": {
    title: "No host field in probes and lifecycle hooks",
  },
  "baseline/AppArmor": { title: "AppArmor is not switched off" },
  "baseline/SELinux": { title: "No custom SELinux user or role; container types only" },
  "baseline/proc Mount Type": { title: "The default /proc masks are kept" },
  "baseline/Seccomp": { title: "Seccomp is not set to Unconfined" },
  "baseline/Sysctls": { title: "Safe sysctls only" },
  "restricted/Volume Types": { title: "Volumes of core, unprivileged types only" },
  "restricted/Privilege Escalation": { title: "allowPrivilegeEscalation is false" },
  "restricted/Running as Non-root": { title: "runAsNonRoot is true" },
  "restricted/Running as Non-root user": { title: "runAsUser is not 0" },
  "restricted/Seccomp": { title: "Seccomp is RuntimeDefault or Localhost" },
  "restricted/Capabilities": { title: "All capabilities dropped, at most NET_BIND_SERVICE added" },
} as const satisfies Record<string, ControlEntry>;
