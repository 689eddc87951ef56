import {
  mutatingAdmissionPolicyBindingPrinter,
  mutatingAdmissionPolicyPrinter,
  mutatingWebhookConfigurationPrinter,
  validatingAdmissionPolicyBindingPrinter,
  validatingAdmissionPolicyPrinter,
  validatingWebhookConfigurationPrinter,
} from './admission.js';
import { apiServicePrinter } from './api-services.js';
import { certificateSigningRequestPrinter } from './certificates.js';
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
  resourceClaimPrinter,
  resourceClaimTemplatePrinter,
  resourceSlicePrinter,
} from './dynamic-resources.js';
import { endpointSlicePrinter, endpointsPrinter } from './endpoints.js';
import { eventPrinter } from './events.js';
import { flowSchemaPrinter, priorityLevelConfigurationPrinter } from './flow-control.js';
import { horizontalPodAutoscalerPrinter } from './horizontal-pod-autoscalers.js';
import { cronJobPrinter, jobPrinter } from './jobs.js';
import { leasePrinter } from './leases.js';
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
import { priorityClassPrinter } from './priority-classes.js';
import { clusterRoleBindingPrinter, roleBindingPrinter } from './rbac.js';
import { runtimeClassPrinter } from './runtime-classes.js';
import { servicePrinter } from './services.js';
import {
  csiDriverPrinter,
  csiNodePrinter,
  storageClassPrinter,
  volumeAttachmentPrinter,
  volumeAttributesClassPrinter,
} from './storage.js';
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
  'certificates.k8s.io': { certificatesigningrequests: certificateSigningRequestPrinter },
  'coordination.k8s.io': { leases: leasePrinter },
  'discovery.k8s.io': { endpointslices: endpointSlicePrinter },
  'events.k8s.io': { events: eventPrinter },
  'flowcontrol.apiserver.k8s.io': {
    flowschemas: flowSchemaPrinter,
    prioritylevelconfigurations: priorityLevelConfigurationPrinter,
  },
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
    resourceclaims: resourceClaimPrinter,
    resourceclaimtemplates: resourceClaimTemplatePrinter,
    resourceslices: resourceSlicePrinter,
  },
  'scheduling.k8s.io': { priorityclasses: priorityClassPrinter },
  'storage.k8s.io': {
    csidrivers: csiDriverPrinter,
    csinodes: csiNodePrinter,
    csistoragecapacities: defaultPrinter,
    storageclasses: storageClassPrinter,
    volumeattachments: volumeAttachmentPrinter,
    volumeattributesclasses: volumeAttributesClassPrinter,
  },
});

/** undefined for what is no built-in kind with columns of its own. */
export function builtInPrinter(group: string, resource: string): Printer | undefined {
  const ofGroup = Object.hasOwn(printers, group) ? printers[group] : undefined;
  return ofGroup !== undefined && Object.hasOwn(ofGroup, resource) ? ofGroup[resource] : undefined;
}
