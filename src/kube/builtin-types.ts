export interface BuiltinType {
  readonly kind: string;
  readonly resource: string;
  readonly namespaced: boolean;
  /** Every version in which this kind is called so, the preferred one first. */
  readonly versions: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/** What a kube-apiserver can list by itself, by group: as 1.36 discovers it, and what is older or not on by default. */
export const builtinTypes: Readonly<Record<string, readonly BuiltinType[]>> = {
  '': [
    { kind: 'ComponentStatus', resource: 'componentstatuses', namespaced: false, versions: ['v1'], shortNames: ['cs'] },
    { kind: 'ConfigMap', resource: 'configmaps', namespaced: true, versions: ['v1'], shortNames: ['cm'] },
    { kind: 'Endpoints', resource: 'endpoints', namespaced: true, versions: ['v1'], shortNames: ['ep'] },
    { kind: 'Event', resource: 'events', namespaced: true, versions: ['v1'], shortNames: ['ev'] },
    { kind: 'LimitRange', resource: 'limitranges', namespaced: true, versions: ['v1'], shortNames: ['limits'] },
    { kind: 'Namespace', resource: 'namespaces', namespaced: false, versions: ['v1'], shortNames: ['ns'] },
    { kind: 'Node', resource: 'nodes', namespaced: false, versions: ['v1'], shortNames: ['no'] },
    {
      kind: 'PersistentVolumeClaim',
      resource: 'persistentvolumeclaims',
      namespaced: true,
      versions: ['v1'],
      shortNames: ['pvc'],
    },
    {
      kind: 'PersistentVolume',
      resource: 'persistentvolumes',
      namespaced: false,
      versions: ['v1'],
      shortNames: ['pv'],
    },
    { kind: 'Pod', resource: 'pods', namespaced: true, versions: ['v1'], shortNames: ['po'], categories: ['all'] },
    { kind: 'PodTemplate', resource: 'podtemplates', namespaced: true, versions: ['v1'] },
    {
      kind: 'ReplicationController',
      resource: 'replicationcontrollers',
      namespaced: true,
      versions: ['v1'],
      shortNames: ['rc'],
      categories: ['all'],
    },
    { kind: 'ResourceQuota', resource: 'resourcequotas', namespaced: true, versions: ['v1'], shortNames: ['quota'] },
    { kind: 'Secret', resource: 'secrets', namespaced: true, versions: ['v1'] },
    { kind: 'ServiceAccount', resource: 'serviceaccounts', namespaced: true, versions: ['v1'], shortNames: ['sa'] },
    {
      kind: 'Service',
      resource: 'services',
      namespaced: true,
      versions: ['v1'],
      shortNames: ['svc'],
      categories: ['all'],
    },
  ],
  'admissionregistration.k8s.io': [
    {
      kind: 'MutatingAdmissionPolicy',
      resource: 'mutatingadmissionpolicies',
      namespaced: false,
      versions: ['v1', 'v1beta1', 'v1alpha1'],
      categories: ['api-extensions'],
    },
    {
      kind: 'MutatingAdmissionPolicyBinding',
      resource: 'mutatingadmissionpolicybindings',
      namespaced: false,
      versions: ['v1', 'v1beta1', 'v1alpha1'],
      categories: ['api-extensions'],
    },
    {
      kind: 'MutatingWebhookConfiguration',
      resource: 'mutatingwebhookconfigurations',
      namespaced: false,
      versions: ['v1', 'v1beta1'],
      categories: ['api-extensions'],
    },
    {
      kind: 'ValidatingAdmissionPolicy',
      resource: 'validatingadmissionpolicies',
      namespaced: false,
      versions: ['v1', 'v1beta1', 'v1alpha1'],
      categories: ['api-extensions'],
    },
    {
      kind: 'ValidatingAdmissionPolicyBinding',
      resource: 'validatingadmissionpolicybindings',
      namespaced: false,
      versions: ['v1', 'v1beta1', 'v1alpha1'],
      categories: ['api-extensions'],
    },
    {
      kind: 'ValidatingWebhookConfiguration',
      resource: 'validatingwebhookconfigurations',
      namespaced: false,
      versions: ['v1', 'v1beta1'],
      categories: ['api-extensions'],
    },
  ],
  'apiextensions.k8s.io': [
    {
      kind: 'CustomResourceDefinition',
      resource: 'customresourcedefinitions',
      namespaced: false,
      versions: ['v1', 'v1beta1'],
      shortNames: ['crd', 'crds'],
      categories: ['api-extensions'],
    },
  ],
  'apiregistration.k8s.io': [
    {
      kind: 'APIService',
      resource: 'apiservices',
      namespaced: false,
      versions: ['v1', 'v1beta1'],
      categories: ['api-extensions'],
    },
  ],
  apps: [
    {
      kind: 'ControllerRevision',
      resource: 'controllerrevisions',
      namespaced: true,
      versions: ['v1', 'v1beta2', 'v1beta1'],
    },
    {
      kind: 'DaemonSet',
      resource: 'daemonsets',
      namespaced: true,
      versions: ['v1', 'v1beta2'],
      shortNames: ['ds'],
      categories: ['all'],
    },
    {
      kind: 'Deployment',
      resource: 'deployments',
      namespaced: true,
      versions: ['v1', 'v1beta2', 'v1beta1'],
      shortNames: ['deploy'],
      categories: ['all'],
    },
    {
      kind: 'ReplicaSet',
      resource: 'replicasets',
      namespaced: true,
      versions: ['v1', 'v1beta2'],
      shortNames: ['rs'],
      categories: ['all'],
    },
    {
      kind: 'StatefulSet',
      resource: 'statefulsets',
      namespaced: true,
      versions: ['v1', 'v1beta2', 'v1beta1'],
      shortNames: ['sts'],
      categories: ['all'],
    },
  ],
  autoscaling: [
    {
      kind: 'HorizontalPodAutoscaler',
      resource: 'horizontalpodautoscalers',
      namespaced: true,
      versions: ['v2', 'v1', 'v2beta2', 'v2beta1'],
      shortNames: ['hpa'],
      categories: ['all'],
    },
  ],
  batch: [
    {
      kind: 'CronJob',
      resource: 'cronjobs',
      namespaced: true,
      versions: ['v1', 'v1beta1', 'v2alpha1'],
      shortNames: ['cj'],
      categories: ['all'],
    },
    { kind: 'Job', resource: 'jobs', namespaced: true, versions: ['v1'], categories: ['all'] },
  ],
  'certificates.k8s.io': [
    {
      kind: 'CertificateSigningRequest',
      resource: 'certificatesigningrequests',
      namespaced: false,
      versions: ['v1', 'v1beta1'],
      shortNames: ['csr'],
    },
    {
      kind: 'ClusterTrustBundle',
      resource: 'clustertrustbundles',
      namespaced: false,
      versions: ['v1beta1', 'v1alpha1'],
    },
    {
      kind: 'PodCertificateRequest',
      resource: 'podcertificaterequests',
      namespaced: true,
      versions: ['v1beta1', 'v1alpha1'],
    },
  ],
  'coordination.k8s.io': [
    {
      kind: 'LeaseCandidate',
      resource: 'leasecandidates',
      namespaced: true,
      versions: ['v1beta1', 'v1alpha2', 'v1alpha1'],
    },
    { kind: 'Lease', resource: 'leases', namespaced: true, versions: ['v1', 'v1beta1'] },
  ],
  'discovery.k8s.io': [
    { kind: 'EndpointSlice', resource: 'endpointslices', namespaced: true, versions: ['v1', 'v1beta1'] },
  ],
  'events.k8s.io': [
    { kind: 'Event', resource: 'events', namespaced: true, versions: ['v1', 'v1beta1'], shortNames: ['ev'] },
  ],
  extensions: [
    {
      kind: 'DaemonSet',
      resource: 'daemonsets',
      namespaced: true,
      versions: ['v1beta1'],
      shortNames: ['ds'],
      categories: ['all'],
    },
    {
      kind: 'Deployment',
      resource: 'deployments',
      namespaced: true,
      versions: ['v1beta1'],
      shortNames: ['deploy'],
      categories: ['all'],
    },
    { kind: 'Ingress', resource: 'ingresses', namespaced: true, versions: ['v1beta1'], shortNames: ['ing'] },
    {
      kind: 'NetworkPolicy',
      resource: 'networkpolicies',
      namespaced: true,
      versions: ['v1beta1'],
      shortNames: ['netpol'],
    },
    {
      kind: 'PodSecurityPolicy',
      resource: 'podsecuritypolicies',
      namespaced: false,
      versions: ['v1beta1'],
      shortNames: ['psp'],
    },
    {
      kind: 'ReplicaSet',
      resource: 'replicasets',
      namespaced: true,
      versions: ['v1beta1'],
      shortNames: ['rs'],
      categories: ['all'],
    },
  ],
  'flowcontrol.apiserver.k8s.io': [
    {
      kind: 'FlowSchema',
      resource: 'flowschemas',
      namespaced: false,
      versions: ['v1', 'v1beta3', 'v1beta2', 'v1beta1', 'v1alpha1'],
    },
    {
      kind: 'PriorityLevelConfiguration',
      resource: 'prioritylevelconfigurations',
      namespaced: false,
      versions: ['v1', 'v1beta3', 'v1beta2', 'v1beta1', 'v1alpha1'],
    },
  ],
  'internal.apiserver.k8s.io': [
    { kind: 'StorageVersion', resource: 'storageversions', namespaced: false, versions: ['v1alpha1'] },
  ],
  'networking.k8s.io': [
    { kind: 'IngressClass', resource: 'ingressclasses', namespaced: false, versions: ['v1', 'v1beta1'] },
    { kind: 'Ingress', resource: 'ingresses', namespaced: true, versions: ['v1', 'v1beta1'], shortNames: ['ing'] },
    {
      kind: 'IPAddress',
      resource: 'ipaddresses',
      namespaced: false,
      versions: ['v1', 'v1beta1', 'v1alpha1'],
      shortNames: ['ip'],
    },
    { kind: 'NetworkPolicy', resource: 'networkpolicies', namespaced: true, versions: ['v1'], shortNames: ['netpol'] },
    { kind: 'ServiceCIDR', resource: 'servicecidrs', namespaced: false, versions: ['v1', 'v1beta1', 'v1alpha1'] },
  ],
  'node.k8s.io': [
    { kind: 'RuntimeClass', resource: 'runtimeclasses', namespaced: false, versions: ['v1', 'v1beta1', 'v1alpha1'] },
  ],
  policy: [
    {
      kind: 'PodDisruptionBudget',
      resource: 'poddisruptionbudgets',
      namespaced: true,
      versions: ['v1', 'v1beta1'],
      shortNames: ['pdb'],
    },
    {
      kind: 'PodSecurityPolicy',
      resource: 'podsecuritypolicies',
      namespaced: false,
      versions: ['v1beta1'],
      shortNames: ['psp'],
    },
  ],
  'rbac.authorization.k8s.io': [
    {
      kind: 'ClusterRoleBinding',
      resource: 'clusterrolebindings',
      namespaced: false,
      versions: ['v1', 'v1beta1', 'v1alpha1'],
    },
    { kind: 'ClusterRole', resource: 'clusterroles', namespaced: false, versions: ['v1', 'v1beta1', 'v1alpha1'] },
    { kind: 'RoleBinding', resource: 'rolebindings', namespaced: true, versions: ['v1', 'v1beta1', 'v1alpha1'] },
    { kind: 'Role', resource: 'roles', namespaced: true, versions: ['v1', 'v1beta1', 'v1alpha1'] },
  ],
  'resource.k8s.io': [
    {
      kind: 'DeviceClass',
      resource: 'deviceclasses',
      namespaced: false,
      versions: ['v1', 'v1beta2', 'v1beta1', 'v1alpha3'],
    },
    { kind: 'DeviceTaintRule', resource: 'devicetaintrules', namespaced: false, versions: ['v1beta2', 'v1alpha3'] },
    {
      kind: 'ResourceClaim',
      resource: 'resourceclaims',
      namespaced: true,
      versions: ['v1', 'v1beta2', 'v1beta1', 'v1alpha3'],
    },
    {
      kind: 'ResourceClaimTemplate',
      resource: 'resourceclaimtemplates',
      namespaced: true,
      versions: ['v1', 'v1beta2', 'v1beta1', 'v1alpha3'],
    },
    {
      kind: 'ResourcePoolStatusRequest',
      resource: 'resourcepoolstatusrequests',
      namespaced: false,
      versions: ['v1alpha3'],
    },
    {
      kind: 'ResourceSlice',
      resource: 'resourceslices',
      namespaced: false,
      versions: ['v1', 'v1beta2', 'v1beta1', 'v1alpha3'],
    },
  ],
  'scheduling.k8s.io': [
    {
      kind: 'PriorityClass',
      resource: 'priorityclasses',
      namespaced: false,
      versions: ['v1', 'v1beta1', 'v1alpha1'],
      shortNames: ['pc'],
    },
    { kind: 'PodGroup', resource: 'podgroups', namespaced: true, versions: ['v1alpha2'] },
    { kind: 'Workload', resource: 'workloads', namespaced: true, versions: ['v1alpha2', 'v1alpha1'] },
  ],
  'storage.k8s.io': [
    { kind: 'CSIDriver', resource: 'csidrivers', namespaced: false, versions: ['v1', 'v1beta1'] },
    { kind: 'CSINode', resource: 'csinodes', namespaced: false, versions: ['v1', 'v1beta1'] },
    {
      kind: 'CSIStorageCapacity',
      resource: 'csistoragecapacities',
      namespaced: true,
      versions: ['v1', 'v1beta1', 'v1alpha1'],
    },
    {
      kind: 'StorageClass',
      resource: 'storageclasses',
      namespaced: false,
      versions: ['v1', 'v1beta1'],
      shortNames: ['sc'],
    },
    {
      kind: 'VolumeAttachment',
      resource: 'volumeattachments',
      namespaced: false,
      versions: ['v1', 'v1beta1', 'v1alpha1'],
    },
    {
      kind: 'VolumeAttributesClass',
      resource: 'volumeattributesclasses',
      namespaced: false,
      versions: ['v1', 'v1beta1', 'v1alpha1'],
      shortNames: ['vac'],
    },
  ],
  'storagemigration.k8s.io': [
    {
      kind: 'StorageVersionMigration',
      resource: 'storageversionmigrations',
      namespaced: false,
      versions: ['v1beta1', 'v1alpha1'],
    },
  ],
};
