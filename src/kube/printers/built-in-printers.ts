import {
  mutatingAdmissionPolicyBindingPrinter,
  mutatingAdmissionPolicyPrinter,
  mutatingWebhookConfigurationPrinter,
  validatingAdmissionPolicyBindingPrinter,
  validatingAdmissionPolicyPrinter,
  validatingWebhookConfigurationPrinter,
} from './admission.js';
import { apiServicePrinter } from './api-services.js';
import {
  certificateSigningRequestPrinter,
  clusterTrustBundlePrinter,
  podCertificateRequestPrinter,
} from './certificates.js';
import {
  componentStatusPrinter,
  configMapPrinter,
  namespacePrinter,
  resourceQuotaPrinter,
  secretPrinter,
  serviceAccountPrinter,
} from './core.js';
import { defaultPrinter } from './default-printer.js';
import {
  deviceClassPrinter,
  deviceTaintRulePrinter,
  resourceClaimPrinter,
  resourceClaimTemplatePrinter,
  resourceSlicePrinter,
} from './dynamic-resources.js';
import { endpointSlicePrinter, endpointsPrinter } from './endpoints.js';
import { eventPrinter } from './events.js';
import { flowSchemaPrinter, priorityLevelConfigurationPrinter } from './flow-control.js';
import { horizontalPodAutoscalerPrinter } from './horizontal-pod-autoscalers.js';
import { cronJobPrinter, jobPrinter } from './jobs.js';
import { leaseCandidatePrinter, leasePrinter } from './leases.js';
import {
  ingressClassPrinter,
  ingressPrinter,
  ipAddressPrinter,
  networkPolicyPrinter,
  serviceCidrPrinter,
} from './networking.js';
import { nodePrinter } from './nodes.js';
import { podDisruptionBudgetPrinter } from './pod-disruption-budgets.js';
import { podPrinter } from './pods.js';
import type { Printer } from './printer.js';
import { clusterRoleBindingPrinter, roleBindingPrinter } from './rbac.js';
import { resourcePoolStatusRequestPrinter } from './resource-pool-status-requests.js';
import { runtimeClassPrinter } from './runtime-classes.js';
import { podGroupPrinter, priorityClassPrinter, workloadPrinter } from './scheduling.js';
import { servicePrinter } from './services.js';
import {
  csiDriverPrinter,
  csiNodePrinter,
  storageClassPrinter,
  volumeAttachmentPrinter,
  volumeAttributesClassPrinter,
} from './storage.js';
import { storageVersionMigrationPrinter, storageVersionPrinter } from './storage-versions.js';
import { persistentVolumeClaimPrinter, persistentVolumePrinter } from './volumes.js';
import {
  controllerRevisionPrinter,
  daemonSetPrinter,
  deploymentPrinter,
  podTemplatePrinter,
  replicaSetPrinter,
  replicationControllerPrinter,
  statefulSetPrinter,
} from './workloads.js';

/** By group and resource; all versions of a kind are shown alike. */
const printers: Readonly<Record<string, Readonly<Record<string, Printer>>>> = Object.freeze({
  '': {
    componentstatuses: componentStatusPrinter,
    configmaps: configMapPrinter,
    endpoints: endpointsPrinter,
    events: eventPrinter,
    limitranges: defaultPrinter,
    namespaces: namespacePrinter,
    nodes: nodePrinter,
    persistentvolumeclaims: persistentVolumeClaimPrinter,
    persistentvolumes: persistentVolumePrinter,
    pods: podPrinter,
    podtemplates: podTemplatePrinter,
    replicationcontrollers: replicationControllerPrinter,
    resourcequotas: resourceQuotaPrinter,
    secrets: secretPrinter,
    serviceaccounts: serviceAccountPrinter,
    services: servicePrinter,
  },
  'admissionregistration.k8s.io': {
    mutatingadmissionpolicies: mutatingAdmissionPolicyPrinter,
    mutatingadmissionpolicybindings: mutatingAdmissionPolicyBindingPrinter,
    mutatingwebhookconfigurations: mutatingWebhookConfigurationPrinter,
    validatingadmissionpolicies: validatingAdmissionPolicyPrinter,
    validatingadmissionpolicybindings: validatingAdmissionPolicyBindingPrinter,
    validatingwebhookconfigurations: validatingWebhookConfigurationPrinter,
  },
  'apiextensions.k8s.io': { customresourcedefinitions: defaultPrinter },
  'apiregistration.k8s.io': { apiservices: apiServicePrinter },
  apps: {
    controllerrevisions: controllerRevisionPrinter,
    daemonsets: daemonSetPrinter,
    deployments: deploymentPrinter,
    replicasets: replicaSetPrinter,
    statefulsets: statefulSetPrinter,
  },
  autoscaling: { horizontalpodautoscalers: horizontalPodAutoscalerPrinter },
  batch: { cronjobs: cronJobPrinter, jobs: jobPrinter },
  'certificates.k8s.io': {
    certificatesigningrequests: certificateSigningRequestPrinter,
    clustertrustbundles: clusterTrustBundlePrinter,
    podcertificaterequests: podCertificateRequestPrinter,
  },
  'coordination.k8s.io': { leasecandidates: leaseCandidatePrinter, leases: leasePrinter },
  'discovery.k8s.io': { endpointslices: endpointSlicePrinter },
  'events.k8s.io': { events: eventPrinter },
  extensions: {
    daemonsets: daemonSetPrinter,
    deployments: deploymentPrinter,
    ingresses: ingressPrinter,
    networkpolicies: networkPolicyPrinter,
    replicasets: replicaSetPrinter,
  },
  'flowcontrol.apiserver.k8s.io': {
    flowschemas: flowSchemaPrinter,
    prioritylevelconfigurations: priorityLevelConfigurationPrinter,
  },
  'internal.apiserver.k8s.io': { storageversions: storageVersionPrinter },
  'networking.k8s.io': {
    ingressclasses: ingressClassPrinter,
    ingresses: ingressPrinter,
    ipaddresses: ipAddressPrinter,
    networkpolicies: networkPolicyPrinter,
    servicecidrs: serviceCidrPrinter,
  },
  'node.k8s.io': { runtimeclasses: runtimeClassPrinter },
  policy: { poddisruptionbudgets: podDisruptionBudgetPrinter },
  'rbac.authorization.k8s.io': {
    clusterrolebindings: clusterRoleBindingPrinter,
    clusterroles: defaultPrinter,
    rolebindings: roleBindingPrinter,
    roles: defaultPrinter,
  },
  'resource.k8s.io': {
    deviceclasses: deviceClassPrinter,
    devicetaintrules: deviceTaintRulePrinter,
    resourceclaims: resourceClaimPrinter,
    resourceclaimtemplates: resourceClaimTemplatePrinter,
    resourcepoolstatusrequests: resourcePoolStatusRequestPrinter,
    resourceslices: resourceSlicePrinter,
  },
  'scheduling.k8s.io': {
    podgroups: podGroupPrinter,
    priorityclasses: priorityClassPrinter,
    workloads: workloadPrinter,
  },
  'storage.k8s.io': {
    csidrivers: csiDriverPrinter,
    csinodes: csiNodePrinter,
    csistoragecapacities: defaultPrinter,
    storageclasses: storageClassPrinter,
    volumeattachments: volumeAttachmentPrinter,
    volumeattributesclasses: volumeAttributesClassPrinter,
  },
  'storagemigration.k8s.io': { storageversionmigrations: storageVersionMigrationPrinter },
});

/** undefined for what is no built-in kind with columns of its own. */
export function builtInPrinter(group: string, resource: string): Printer | undefined {
  const ofGroup = Object.hasOwn(printers, group) ? printers[group] : undefined;
  return ofGroup !== undefined && Object.hasOwn(ofGroup, resource) ? ofGroup[resource] : undefined;
}
