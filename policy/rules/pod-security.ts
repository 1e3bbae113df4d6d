/**
 * Pod Security Standard "restricted", complete, and what CIS and NSA/CISA ask of pods beyond it.
 *
 * Namespaces enforce the standard at admission as well (`namespace-pod-security`). Here it is
 * checked before anything reaches a cluster, on the object that makes the pods: admission only warns
 * about a Deployment and then refuses its pods one by one.
 */
import { each } from "../evaluate";
import { containerRule, containersOf, nameOf, podRule } from "../pods";
import { advice, advisoryInDev, everywhere, type ResourceRule } from "../rule";
import type { PropertyView } from "../unknown";

const isTrue = (view: PropertyView, path: string): boolean => view.get(path) === true;

/** Value of a container's security context, or else of its pod's. */
function inherited(container: PropertyView, pod: PropertyView, path: string): unknown {
  return container.get(`securityContext.${path}`) ?? pod.get(`securityContext.${path}`);
}

/** The pod's security context and those of its containers. */
const contextsOf = (pod: PropertyView): PropertyView[] =>
  [pod, ...containersOf(pod)].map((part) => part.at("securityContext"));

export const noHostProcess = podRule({
  id: "pod-no-host-process",
  title: "No Windows HostProcess containers",
  severity: "critical",
  controls: ["PSS baseline/HostProcess"],
  remedy: "Remove `windowsOptions.hostProcess`.",
  levels: everywhere,
  *checkPod(pod) {
    for (const context of contextsOf(pod)) {
      if (isTrue(context, "windowsOptions.hostProcess")) yield `runs on the host (${context.path})`;
    }
  },
});

/** One rule for each of the three, since CIS counts them apart. */
const hostNamespace = (
  field: "hostPID" | "hostIPC" | "hostNetwork",
  what: string,
  control: "4.2.2" | "4.2.3" | "4.2.4",
) =>
  podRule({
    id: `pod-no-${field.replace("host", "host-").toLowerCase()}`,
    title: `No pod shares the host's ${what}`,
    severity: "critical",
    controls: [`CIS EKS ${control}`, "PSS baseline/Host Namespaces", "NSA pod security"],
    remedy: `Remove \`${field}\`.`,
    levels: everywhere,
    *checkPod(pod) {
      if (isTrue(pod, field)) yield `shares the host's ${what}`;
    },
  });

export const noHostPid = hostNamespace("hostPID", "processes", "4.2.2");
export const noHostIpc = hostNamespace("hostIPC", "IPC", "4.2.3");
export const noHostNetwork = hostNamespace("hostNetwork", "network", "4.2.4");

export const noPrivilegedContainers = containerRule({
  id: "pod-not-privileged",
  title: "No privileged containers",
  severity: "critical",
  controls: ["CIS EKS 4.2.1", "PSS baseline/Privileged Containers", "NSA pod security"],
  remedy: "Remove `securityContext.privileged`.",
  levels: everywhere,
  *checkContainer(container) {
    if (isTrue(container, "securityContext.privileged")) yield `${nameOf(container)} is privileged`;
  },
});

export const capabilitiesDropped = containerRule({
  id: "pod-capabilities-dropped",
  title: "Containers drop all capabilities",
  severity: "high",
  controls: ["PSS baseline/Capabilities", "PSS restricted/Capabilities", "NSA pod security"],
  remedy: 'Set `capabilities.drop: ["ALL"]` and add at most NET_BIND_SERVICE.',
  levels: everywhere,
  *checkContainer(container) {
    const capabilities = container.at("securityContext.capabilities");
    if (!capabilities.texts("drop").includes("ALL")) {
      yield `${nameOf(container)} keeps capabilities`;
    }
    const added = capabilities.texts("add").filter((name) => name !== "NET_BIND_SERVICE");
    if (added.length > 0) yield `${nameOf(container)} adds ${added.join(", ")}`;
  },
});

export const noHostPath = podRule({
  id: "pod-no-host-path",
  title: "No volumes of the host's file system",
  severity: "critical",
  controls: ["PSS baseline/HostPath Volumes", "NSA pod security"],
  remedy: "Use a PersistentVolumeClaim, an emptyDir or a projected volume.",
  levels: everywhere,
  *checkPod(pod) {
    for (const volume of pod.list("volumes")) {
      if (volume.isSet("hostPath")) yield `mounts a path of the host (${volume.text("name")})`;
    }
  },
});

/** `restricted` names the types that are allowed. */
const volumeTypes = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);

export const volumeTypesRestricted = podRule({
  id: "pod-volume-types",
  title: "Only volumes of core, unprivileged types",
  severity: "high",
  controls: ["PSS restricted/Volume Types"],
  remedy: `Use one of ${[...volumeTypes].join(", ")}.`,
  levels: everywhere,
  *checkPod(pod) {
    for (const volume of pod.list("volumes")) {
      const types = volume.keys("").filter((key) => key !== "name" && volume.isSet(key));
      for (const type of types) {
        if (!volumeTypes.has(type)) yield `has a volume of type ${type} (${volume.text("name")})`;
      }
    }
  },
});

export const noHostPorts = containerRule({
  id: "pod-no-host-ports",
  title: "No ports of the host",
  severity: "high",
  controls: ["PSS baseline/Host Ports"],
  remedy: "Remove `hostPort` and use a Service.",
  levels: everywhere,
  *checkContainer(container) {
    for (const port of container.list("ports")) {
      if ((port.number("hostPort") ?? 0) !== 0) {
        yield `${nameOf(container)} takes port ${port.number("hostPort")} of the host`;
      }
    }
  },
});

export const noHostProbes = containerRule({
  id: "pod-no-probe-host",
  title: "Probes and lifecycle hooks call the container itself",
  severity: "medium",
  controls: ["PSS baseline/Host Probes and Lifecycle Hooks"],
  remedy: "Remove `host` from the probe or hook.",
  levels: everywhere,
  *checkContainer(container) {
    const callers = [
      "livenessProbe",
      "readinessProbe",
      "startupProbe",
      "lifecycle.postStart",
      "lifecycle.preStop",
    ];
    for (const caller of callers) {
      for (const action of ["httpGet", "tcpSocket"]) {
        const host = container.text(`${caller}.${action}.host`);
        if (host !== undefined && host !== "")
          yield `${nameOf(container)}: ${caller} calls ${host}`;
      }
    }
  },
});

export const appArmorKept = podRule({
  id: "pod-apparmor",
  title: "AppArmor is not switched off",
  severity: "medium",
  controls: ["PSS baseline/AppArmor"],
  remedy: "Set `appArmorProfile.type` to RuntimeDefault or Localhost, or leave it out.",
  levels: everywhere,
  *checkPod(pod) {
    for (const context of contextsOf(pod)) {
      if (context.text("appArmorProfile.type") === "Unconfined") {
        yield `switches AppArmor off (${context.path})`;
      }
    }
  },
});

const seLinuxTypes = new Set([
  "container_t",
  "container_init_t",
  "container_kvm_t",
  "container_engine_t",
]);

export const seLinuxKept = podRule({
  id: "pod-selinux",
  title: "SELinux keeps the container in its type",
  severity: "medium",
  controls: ["PSS baseline/SELinux"],
  remedy: "Remove `seLinuxOptions`.",
  levels: everywhere,
  *checkPod(pod) {
    for (const context of contextsOf(pod)) {
      const { type, user, role } = Object.fromEntries(
        ["type", "user", "role"].map((key) => [key, context.text(`seLinuxOptions.${key}`) ?? ""]),
      );
      if (user || role) yield `sets an SELinux user or role (${context.path})`;
      if (type && !seLinuxTypes.has(type)) yield `sets the SELinux type ${type} (${context.path})`;
    }
  },
});

export const procMasked = containerRule({
  id: "pod-proc-mount",
  title: "The default /proc masks are kept",
  severity: "medium",
  controls: ["PSS baseline/proc Mount Type"],
  remedy: "Remove `procMount`.",
  levels: everywhere,
  *checkContainer(container) {
    const mount = container.text("securityContext.procMount") ?? "Default";
    if (mount !== "Default") yield `${nameOf(container)} mounts /proc as ${mount}`;
  },
});

export const seccompConfined = containerRule({
  id: "pod-seccomp",
  title: "System calls are filtered",
  severity: "medium",
  controls: ["PSS baseline/Seccomp", "PSS restricted/Seccomp", "NSA pod security"],
  remedy: "Set `seccompProfile.type: RuntimeDefault` on the pod.",
  levels: everywhere,
  *checkContainer(container, pod) {
    const type = inherited(container, pod, "seccompProfile.type");
    if (type !== "RuntimeDefault" && type !== "Localhost") {
      yield `${nameOf(container)} runs without a seccomp profile`;
    }
  },
});

const safeSysctls = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
]);

export const sysctlsSafe = podRule({
  id: "pod-sysctls",
  title: "Safe sysctls only",
  severity: "medium",
  controls: ["PSS baseline/Sysctls"],
  remedy: "Remove the sysctl.",
  levels: everywhere,
  *checkPod(pod) {
    for (const sysctl of pod.list("securityContext.sysctls")) {
      const name = sysctl.text("name") ?? "";
      if (!safeSysctls.has(name)) yield `sets the sysctl ${name}`;
    }
  },
});

export const noPrivilegeEscalation = containerRule({
  id: "pod-no-privilege-escalation",
  title: "No process gains more than its parent has",
  severity: "high",
  controls: ["CIS EKS 4.2.5", "PSS restricted/Privilege Escalation", "NSA pod security"],
  remedy: "Set `securityContext.allowPrivilegeEscalation: false`.",
  levels: everywhere,
  *checkContainer(container) {
    if (container.get("securityContext.allowPrivilegeEscalation") !== false) {
      yield `${nameOf(container)} may gain privileges`;
    }
  },
});

export const runsAsNonRoot = containerRule({
  id: "pod-run-as-non-root",
  title: "Containers are refused if they would run as root",
  severity: "high",
  controls: ["PSS restricted/Running as Non-root", "NSA pod security"],
  remedy: "Set `runAsNonRoot: true` on the pod.",
  levels: everywhere,
  *checkContainer(container, pod) {
    if (inherited(container, pod, "runAsNonRoot") !== true) {
      yield `${nameOf(container)} may run as root`;
    }
  },
});

export const notUserZero = podRule({
  id: "pod-not-user-zero",
  title: "No container is told to run as user 0",
  severity: "high",
  controls: ["PSS restricted/Running as Non-root user", "NSA pod security"],
  remedy: "Set `runAsUser` to the image's own, non-zero user.",
  levels: everywhere,
  *checkPod(pod) {
    for (const context of contextsOf(pod)) {
      if (context.number("runAsUser") === 0) yield `runs as user 0 (${context.path})`;
    }
  },
});

export const readOnlyRoot = containerRule({
  id: "pod-read-only-root",
  title: "The root file system is read-only",
  severity: "medium",
  controls: ["NSA pod security"],
  remedy: "Set `readOnlyRootFilesystem: true` and mount an emptyDir where the process writes.",
  levels: advisoryInDev,
  *checkContainer(container) {
    if (container.get("securityContext.readOnlyRootFilesystem") !== true) {
      yield `${nameOf(container)} can write to its image`;
    }
  },
});

export const noTokenMounted = podRule({
  id: "pod-no-token-mounted",
  title: "Only pods that talk to the API server hold a token",
  severity: "medium",
  controls: ["CIS EKS 4.1.6", "NSA authentication and authorization"],
  remedy:
    "Set `automountServiceAccountToken: false`; a pod that needs the API takes a service account of its own and says true.",
  levels: everywhere,
  *checkPod(pod) {
    const mounted = pod.get("automountServiceAccountToken");
    if (mounted === false) return;
    const account = pod.text("serviceAccountName") ?? "default";
    // Saying true, with an account that was made for it, is a decision; saying nothing is not.
    if (mounted !== true || account === "default") yield `mounts the token of account ${account}`;
  },
});

export const noDefaultAccount = podRule({
  id: "pod-no-default-account",
  title: "The default service account is not used",
  severity: "medium",
  controls: ["CIS EKS 4.1.5", "CIS EKS 5.2.1"],
  remedy: "Set `serviceAccountName` to an account of the workload's own, or mount no token.",
  levels: everywhere,
  *checkPod(pod) {
    const account = pod.text("serviceAccountName") ?? "default";
    // Without a token the account has nothing to be used for.
    if (account === "default" && pod.get("automountServiceAccountToken") !== false) {
      yield "uses the default service account";
    }
  },
});

export const secretsAsFiles = containerRule({
  id: "pod-secrets-as-files",
  title: "Secrets are files, not environment variables",
  severity: "low",
  controls: ["CIS EKS 4.4.1", "NSA authentication and authorization"],
  remedy: "Mount the Secret; most images take `<VARIABLE>_FILE`, libpq takes PGPASSFILE.",
  levels: advice,
  *checkContainer(container) {
    for (const variable of container.list("env")) {
      if (variable.isSet("valueFrom.secretKeyRef")) {
        yield `${nameOf(container)} has a Secret in ${variable.text("name")}`;
      }
    }
    for (const source of container.list("envFrom")) {
      if (source.isSet("secretRef")) yield `${nameOf(container)} has a Secret in its environment`;
    }
  },
});

const secretName = /(PASSWORD|PASSWD|TOKEN|SECRET|API_?KEY|PRIVATE_?KEY)$/i;

export const noLiteralSecrets = containerRule({
  id: "pod-no-literal-secrets",
  title: "No secret is written into a manifest",
  severity: "critical",
  controls: ["CIS EKS 4.4.2", "NSA authentication and authorization"],
  remedy: "Take the value from a Secret that External Secrets or the program fills.",
  levels: everywhere,
  *checkContainer(container) {
    yield* each(container.list("env"), function* (variable) {
      const name = variable.text("name") ?? "";
      if (secretName.test(name) && variable.isSet("value")) {
        yield `${nameOf(container)} has the value of ${name} in its manifest`;
      }
    });
  },
});

/** Admission is what holds for pods that did not come from here. */
export const namespacePodSecurity: ResourceRule = {
  kind: "resource",
  id: "namespace-pod-security",
  title: "Namespaces enforce the restricted Pod Security Standard",
  severity: "high",
  controls: [
    "CIS EKS 4.2.1",
    "CIS EKS 4.2.2",
    "CIS EKS 4.2.3",
    "CIS EKS 4.2.4",
    "CIS EKS 4.2.5",
    "NSA pod security",
  ],
  remedy: "Label the namespace `pod-security.kubernetes.io/enforce: restricted`.",
  levels: everywhere,
  whenUnknown: "violate",
  types: ["kubernetes:core/v1:Namespace"],
  *check({ props }) {
    const level = props.at("metadata.labels").key("pod-security.kubernetes.io/enforce").text("");
    if (level !== "restricted") yield `enforces ${level ?? "nothing"}`;
  },
};

/** An account whose token every pod gets, wanted or not. */
export const accountTokenNotMounted: ResourceRule = {
  kind: "resource",
  id: "service-account-token-not-mounted",
  title: "Service accounts do not hand out their token by themselves",
  severity: "low",
  controls: ["CIS EKS 4.1.6", "CIS EKS 4.1.5"],
  remedy: "Set `automountServiceAccountToken: false` and let the pod ask for it.",
  levels: everywhere,
  whenUnknown: "violate",
  types: ["kubernetes:core/v1:ServiceAccount"],
  *check({ props }) {
    if (props.get("automountServiceAccountToken") !== false) yield "gives its token to every pod";
  },
};
