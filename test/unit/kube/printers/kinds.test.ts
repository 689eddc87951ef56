import { describe, expect, it } from '@jest/globals';
import type { Fields } from '../../../../src/kube/printers/printer.js';
import { cellsOf, printerOf } from './cells.js';

type Case = readonly [what: string, object: Fields, cells: Record<string, unknown>];

function shows(type: string, cases: readonly Case[]): void {
  const [resource = '', ...group] = type.split('.');
  describe(`a row of ${type}`, () => {
    it.each(cases)('%s', (_, object, cells) => {
      expect(cellsOf(printerOf(group.join('.'), resource), object)).toMatchObject(cells);
    });
  });
}

const deleted = { name: 'n', deletionTimestamp: '2026-11-20T11:59:00Z' };

shows('nodes', [
  ['knows nothing of it', {}, { Status: 'Unknown', Roles: '<none>', Version: '', 'Kernel-Version': '<unknown>' }],
  [
    'is not ready when that is unknown',
    { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } },
    { Status: 'NotReady' },
  ],
  [
    'is ready, but takes no pods',
    { spec: { unschedulable: true }, status: { conditions: [{ type: 'Ready', status: 'True' }] } },
    { Status: 'Ready,SchedulingDisabled' },
  ],
  [
    'has each role once, in order',
    {
      metadata: {
        labels: {
          'node-role.kubernetes.io/worker': '',
          'node-role.kubernetes.io/infra': 'yes',
          'node-role.kubernetes.io/': '',
          'kubernetes.io/role': 'worker',
        },
      },
    },
    { Roles: 'infra,worker' },
  ],
  [
    'has the first address of each type, and its architecture',
    {
      status: {
        addresses: [
          { type: 'Hostname', address: 'h' },
          { type: 'InternalIP', address: '10.0.0.1' },
          { type: 'InternalIP', address: '10.0.0.2' },
        ],
        nodeInfo: { architecture: 'arm64', kernelVersion: '6.1' },
      },
    },
    { 'Internal-IP': '10.0.0.1', 'External-IP': '<none>', 'Kernel-Version': '6.1 (arm64)' },
  ],
  [
    'has an architecture alone',
    { status: { nodeInfo: { architecture: 'arm64' } } },
    { 'Kernel-Version': '<unknown> (arm64)' },
  ],
]);

const condition = (type: string, status = 'True') => ({ type, status });
shows('jobs.batch', [
  ['is running', { status: {} }, { Status: 'Running', Completions: '0/1', Duration: '' }],
  [
    'has met its criteria',
    { status: { conditions: [condition('SuccessCriteriaMet')] } },
    { Status: 'SuccessCriteriaMet' },
  ],
  [
    'is about to fail',
    { status: { conditions: [condition('SuccessCriteriaMet'), condition('FailureTarget')] } },
    { Status: 'FailureTarget' },
  ],
  [
    'is suspended',
    { status: { conditions: [condition('FailureTarget'), condition('Suspended')] } },
    { Status: 'Suspended' },
  ],
  [
    'is terminating',
    { metadata: deleted, status: { conditions: [condition('Suspended')] } },
    { Status: 'Terminating' },
  ],
  ['has failed', { metadata: deleted, status: { conditions: [condition('Failed')] } }, { Status: 'Failed' }],
  ['is complete', { status: { conditions: [condition('Failed'), condition('Complete')] } }, { Status: 'Complete' }],
  [
    'ignores a condition that is not so',
    { status: { conditions: [condition('Complete', 'False')] } },
    { Status: 'Running' },
  ],
  [
    'has a number to complete',
    { spec: { completions: 5, parallelism: 3 }, status: { succeeded: 2 } },
    { Completions: '2/5' },
  ],
  ['works on a queue', { spec: { parallelism: 3 }, status: { succeeded: 1 } }, { Completions: '1/1 of 3' }],
  ['goes on since its start', { status: { startTime: '2026-11-20T11:50:30Z' } }, { Duration: '9m30s' }],
  [
    'has lasted until its end',
    { status: { startTime: '2026-11-20T10:00:00Z', completionTime: '2026-11-20T10:01:05Z' } },
    { Duration: '65s' },
  ],
]);
shows('cronjobs.batch', [
  [
    'says nothing',
    {},
    { Suspend: '<unset>', Active: 0, 'Last Schedule': '<none>', Timezone: '<none>', Selector: '<none>' },
  ],
  [
    'says all',
    {
      spec: { suspend: false, timeZone: 'Etc/UTC' },
      status: { active: [{}, {}], lastScheduleTime: '2026-11-20T11:00:00Z' },
    },
    { Suspend: 'False', Active: 2, 'Last Schedule': '60m', Timezone: 'Etc/UTC' },
  ],
]);

const balanced = (...ingress: Fields[]) => ({ loadBalancer: { ingress } });
shows('services', [
  [
    'is headless',
    { spec: { type: 'ClusterIP', clusterIP: 'None', clusterIPs: ['None'] } },
    { 'Cluster-IP': 'None', 'Port(s)': '<none>' },
  ],
  [
    'has one address only',
    { spec: { type: 'ClusterIP', clusterIP: '10.0.0.1' } },
    { 'Cluster-IP': '10.0.0.1', 'External-IP': '<none>' },
  ],
  ['waits for its balancer', { spec: { type: 'LoadBalancer' } }, { 'External-IP': '<pending>' }],
  [
    'has addresses of its balancer once, in order, before its own',
    {
      spec: { type: 'LoadBalancer', externalIPs: ['1.1.1.1'] },
      status: balanced({ hostname: 'b.example' }, { ip: '9.9.9.9', hostname: 'x' }, { hostname: 'b.example' }, {}),
    },
    { 'External-IP': '9.9.9.9,b.example,1.1.1.1' },
  ],
  ['has only its own', { spec: { type: 'LoadBalancer', externalIPs: ['1.1.1.1'] } }, { 'External-IP': '1.1.1.1' }],
  [
    'is another name',
    { spec: { type: 'ExternalName', externalName: 'x.example' } },
    { 'External-IP': 'x.example', 'Cluster-IP': '<none>' },
  ],
  ['is of an unknown type', { spec: { type: 'Other' } }, { 'External-IP': '<unknown>' }],
  [
    'has ports',
    {
      spec: {
        type: 'NodePort',
        ports: [
          { port: 80, nodePort: 30080, protocol: 'TCP' },
          { port: 53, protocol: 'UDP' },
        ],
        selector: { b: '2', a: '1' },
      },
    },
    { 'Port(s)': '80:30080/TCP,53/UDP', Selector: 'a=1,b=2' },
  ],
]);

const ips = (...found: string[]) => found.map((ip) => ({ ip }));
shows('endpoints', [
  ['has no subsets', {}, { Endpoints: '<none>' }],
  ['has no addresses', { subsets: [{ ports: [{ port: 80 }] }] }, { Endpoints: '' }],
  ['has no ports', { subsets: [{ addresses: ips('a', 'b') }] }, { Endpoints: 'a,b' }],
  [
    'has three',
    { subsets: [{ addresses: ips('a', 'b', 'c'), ports: [{ port: 80 }] }] },
    { Endpoints: 'a:80,b:80,c:80' },
  ],
  [
    'has more, each with each port',
    { subsets: [{ addresses: ips('a', 'fd::1'), ports: [{ port: 80 }, { port: 81 }] }, { addresses: ips('d') }] },
    { Endpoints: 'a:80,[fd::1]:80,a:81 + 2 more...' },
  ],
]);
shows('endpointslices.discovery.k8s.io', [
  ['has nothing', { addressType: 'IPv4' }, { AddressType: 'IPv4', Ports: '<unset>', Endpoints: '<unset>' }],
  [
    'has ports by number, by name, and any',
    { ports: [{ port: 80, name: 'http' }, { name: 'metrics' }, {}, { port: 1 }, { port: 2 }] },
    { Ports: '80,metrics,* + 2 more...' },
  ],
  [
    'has all addresses',
    { endpoints: [{ addresses: ['a', 'b'] }, { addresses: ['c', 'd'] }] },
    { Endpoints: 'a,b,c + 1 more...' },
  ],
]);

const hosts = (...found: (string | undefined)[]) => ({
  rules: found.map((host) => (host === undefined ? {} : { host })),
});
shows('ingresses.networking.k8s.io', [
  ['has no rules', {}, { Class: '<none>', Hosts: '*', Address: '', Ports: '80' }],
  ['has an empty class and TLS', { spec: { ingressClassName: '', tls: [{}] } }, { Class: '', Ports: '80, 443' }],
  ['has rules for any host', { spec: hosts(undefined, 'a') }, { Hosts: 'a' }],
  ['has three hosts', { spec: hosts('a', 'b', 'c') }, { Hosts: 'a,b,c' }],
  [
    'has more rules, counted whether they have a host or not',
    { spec: hosts('a', 'b', 'c', undefined, 'e') },
    { Hosts: 'a,b,c + 2 more...' },
  ],
  ['has addresses', { status: balanced({ hostname: 'h' }, { ip: '1.2.3.4' }) }, { Address: '1.2.3.4,h' }],
]);
shows('ingressclasses.networking.k8s.io', [
  [
    'has parameters of the core group',
    { spec: { controller: 'c', parameters: { kind: 'ConfigMap', name: 'p' } } },
    { Controller: 'c', Parameters: 'ConfigMap/p' },
  ],
  ['has parameters', { spec: { parameters: { apiGroup: 'x.io', kind: 'P', name: 'p' } } }, { Parameters: 'P.x.io/p' }],
  [
    'is the default',
    { metadata: { name: 'n', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } } },
    { Name: 'n (default)' },
  ],
]);
shows('ipaddresses.networking.k8s.io', [
  ['has no parent', {}, { ParentRef: '<none>' }],
  [
    'has a parent without a namespace',
    { spec: { parentRef: { group: 'X.io', resource: 'gateways', name: 'g' } } },
    { ParentRef: 'gateways.x.io/g' },
  ],
]);

shows('persistentvolumes', [
  [
    'says nothing',
    {},
    { Capacity: '0', 'Access Modes': '', Claim: '', VolumeMode: '<unset>', VolumeAttributesClass: '<unset>' },
  ],
  [
    'says all',
    {
      metadata: { ...deleted, annotations: { 'volume.beta.kubernetes.io/storage-class': 'old' } },
      spec: {
        accessModes: ['ReadWriteMany', 'ReadWriteOncePod', 'ReadWriteOnce', 'ReadWriteOnce', 'ReadOnlyMany'],
        capacity: { storage: '5Gi' },
        claimRef: { namespace: 'ns', name: 'claim' },
        storageClassName: 'new',
      },
      status: { phase: 'Bound' },
    },
    {
      Capacity: '5Gi',
      'Access Modes': 'RWO,ROX,RWX,RWOP',
      Claim: 'ns/claim',
      StorageClass: 'old',
      Status: 'Terminating',
    },
  ],
]);
shows('persistentvolumeclaims', [
  [
    'is not bound',
    { status: { phase: 'Pending', capacity: { storage: '1Gi' } } },
    { Status: 'Pending', Capacity: '', 'Access Modes': '' },
  ],
  [
    'is bound to a volume of no size',
    { spec: { volumeName: 'v' }, status: { phase: 'Bound' } },
    { Capacity: '0', Volume: 'v' },
  ],
  ['is terminating', { metadata: deleted, spec: { volumeName: 'v' } }, { Status: 'Terminating' }],
]);
shows('storageclasses.storage.k8s.io', [
  [
    'says nothing',
    { metadata: { name: 'n' } },
    { Name: 'n', ReclaimPolicy: 'Delete', VolumeBindingMode: 'Immediate', AllowVolumeExpansion: false },
  ],
  [
    'is the default',
    { metadata: { name: 'n', annotations: { 'storageclass.beta.kubernetes.io/is-default-class': 'true' } } },
    { Name: 'n (default)' },
  ],
]);
shows('csidrivers.storage.k8s.io', [
  ['says nothing', {}, { AttachRequired: true, PodInfoOnMount: false, TokenRequests: '<unset>', Modes: '<none>' }],
  [
    'asks for tokens of any audience',
    { spec: { tokenRequests: [{ audience: '' }, { audience: 'a' }] } },
    { TokenRequests: ',a' },
  ],
]);

shows('events', [
  [
    'has no times',
    { involvedObject: { kind: 'Pod' } },
    { 'Last Seen': '<unknown>', 'First Seen': '<unknown>', Count: 1, Object: 'pod', Source: '' },
  ],
  [
    'happened once, as newer clients report it',
    { eventTime: '2026-11-20T11:59:00.500000Z', firstTimestamp: null, reportingComponent: 'c', reportingInstance: 'i' },
    { 'Last Seen': '59s', 'First Seen': '59s', Count: 1, Source: 'c, i' },
  ],
  [
    'is a series',
    {
      firstTimestamp: '2026-11-20T11:00:00Z',
      lastTimestamp: '2026-11-20T11:30:00Z',
      count: 3,
      series: { count: 9, lastObservedTime: '2026-11-20T11:59:00.000000Z' },
    },
    { 'Last Seen': '60s', 'First Seen': '60m', Count: 9 },
  ],
  [
    'trims its message',
    { message: '\n\u0085 hello\u00a0\n', source: { component: 'k', host: 'h' } },
    { Message: 'hello', Source: 'k, h' },
  ],
]);

shows('certificatesigningrequests.certificates.k8s.io', [
  ['is pending', {}, { Condition: 'Pending', SignerName: '<none>', RequestedDuration: '<none>' }],
  [
    'is denied before approved',
    { status: { conditions: [condition('Approved'), condition('Denied')] } },
    { Condition: 'Denied' },
  ],
  [
    'has failed though issued',
    {
      spec: { expirationSeconds: 600 },
      status: { certificate: 'x', conditions: [condition('Approved'), condition('Failed')] },
    },
    { Condition: 'Approved,Failed,Issued', RequestedDuration: '10m' },
  ],
]);
shows('rolebindings.rbac.authorization.k8s.io', [
  [
    'sorts its subjects by kind',
    {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'ServiceAccount', namespace: 'ns', name: 's' },
        { kind: 'User', name: 'u' },
        { kind: 'Group', name: 'g' },
        { kind: 'User', name: 'v' },
        { kind: 'Other', name: 'o' },
      ],
    },
    { Role: 'Role/r', Users: 'u, v', Groups: 'g', ServiceAccounts: 'ns/s' },
  ],
]);
shows('poddisruptionbudgets.policy', [
  ['says nothing', {}, { 'Min Available': 'N/A', 'Max Unavailable': 'N/A', 'Allowed Disruptions': 0 }],
  [
    'takes numbers and percentages',
    { spec: { minAvailable: 0, maxUnavailable: '50%' } },
    { 'Min Available': '0', 'Max Unavailable': '50%' },
  ],
]);
shows('resourcequotas', [
  [
    'sorts resources, limits apart',
    { status: { hard: { pods: '5', 'limits.cpu': '4', 'requests.cpu': '2', limits: '1' }, used: { pods: '1' } } },
    { Request: 'limits: 0/1, pods: 1/5, requests.cpu: 0/2', Limit: 'limits.cpu: 0/4' },
  ],
]);
shows('resourceclaims.resource.k8s.io', [
  ['is pending', {}, { State: 'pending' }],
  ['is deleted', { metadata: deleted }, { State: 'deleted' }],
  [
    'is deleted while in use',
    { metadata: deleted, status: { allocation: {}, reservedFor: [{}] } },
    { State: 'deleted,allocated,reserved' },
  ],
]);
shows('apiservices.apiregistration.k8s.io', [
  ['is local and unknown', {}, { Service: 'Local', Available: 'Unknown' }],
  [
    'is not available for a reason',
    {
      spec: { service: { namespace: 'ns', name: 's' } },
      status: { conditions: [{ ...condition('Available', 'False'), reason: 'Gone' }] },
    },
    { Service: 'ns/s', Available: 'False (Gone)' },
  ],
  ['is available', { status: { conditions: [{ ...condition('Available'), reason: 'Local' }] } }, { Available: 'True' }],
]);
shows('controllerrevisions.apps', [
  [
    'is an orphan',
    { metadata: { ownerReferences: [{ kind: 'X', name: 'x' }] }, revision: 3 },
    { Controller: '<none>', Revision: 3 },
  ],
  [
    'is of the core group',
    { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'x', controller: true }] } },
    { Controller: 'pod/x' },
  ],
]);
const selector = {
  matchLabels: { b: '2' },
  matchExpressions: [
    { key: 'a', operator: 'In', values: ['y', 'x'] },
    { key: 'c', operator: 'NotIn', values: ['z'] },
    { key: 'd', operator: 'Exists' },
    { key: 'e', operator: 'DoesNotExist' },
  ],
};
shows('deployments.apps', [
  ['has a selector', { spec: { selector } }, { Selector: 'a in (x,y),b=2,c notin (z),d,!e', Ready: '0/1' }],
  ['has an empty selector', { spec: { selector: {}, replicas: 0 } }, { Selector: '', Ready: '0/0' }],
  [
    'has a selector that is none',
    { spec: { selector: { matchExpressions: [{ key: 'a', operator: 'Like' }] } } },
    { Selector: '<invalid>' },
  ],
]);
shows('replicasets.apps', [
  ['has an empty selector', { spec: { selector: {} } }, { Selector: '<none>' }],
  [
    'has a selector that is none',
    { spec: { selector: { matchExpressions: [{ key: 'a', operator: 'In' }] } } },
    { Selector: '<error>' },
  ],
]);
shows('validatingadmissionpolicybindings.admissionregistration.k8s.io', [
  ['has no parameters', {}, { ParamRef: '<unset>' }],
  ['has parameters in any namespace', { spec: { paramRef: { name: 'p' } } }, { ParamRef: '*/p' }],
  [
    'has parameters by selector, in the words of Go',
    {
      spec: {
        paramRef: {
          selector: {
            matchLabels: { b: '2', a: '1' },
            matchExpressions: [{ key: 'k', operator: 'In', values: ['x', 'y'] }],
          },
        },
      },
    },
    {
      ParamRef:
        '&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:k,Operator:In,Values:[x y],},},}',
    },
  ],
]);
shows('flowschemas.flowcontrol.apiserver.k8s.io', [
  ['has no conditions', {}, { MissingPL: '?', DistinguisherMethod: '<none>', MatchingPrecedence: 0 }],
]);
shows('prioritylevelconfigurations.flowcontrol.apiserver.k8s.io', [
  [
    'is exempt',
    { spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 5 } } },
    { NominalConcurrencyShares: '<none>', Queues: '<none>' },
  ],
  [
    'rejects',
    { spec: { limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' } } } },
    { NominalConcurrencyShares: 5, Queues: '<none>' },
  ],
  [
    'queues',
    { spec: { limited: { limitResponse: { queuing: { queues: 8, handSize: 2 } } } } },
    { NominalConcurrencyShares: 0, Queues: 8, HandSize: 2, QueueLengthLimit: 0 },
  ],
]);
shows('componentstatuses', [
  ['is unknown', {}, { Status: 'Unknown', Message: '', Error: '' }],
  [
    'is not healthy',
    { conditions: [{ type: 'Healthy', status: 'False', message: 'm', error: 'e' }] },
    { Status: 'Unhealthy', Message: 'm', Error: 'e' },
  ],
]);
shows('podgroups.scheduling.k8s.io', [
  ['is basic and pending', {}, { Policy: 'Basic', Workload: '<none>', Status: 'Pending' }],
  [
    'is not scheduled',
    {
      spec: { schedulingPolicy: { gang: { minCount: 2 } } },
      status: { conditions: [condition('PodGroupScheduled', 'False')] },
    },
    { Policy: 'Gang', Status: 'Unschedulable' },
  ],
  [
    'is disrupted',
    {
      spec: { podGroupTemplateRef: { workload: { workloadName: 'w' } } },
      status: {
        conditions: [{ ...condition('DisruptionTarget'), reason: 'Preempted' }, condition('PodGroupScheduled')],
      },
    },
    { Workload: 'w', Status: 'Preempted' },
  ],
]);
shows('podcertificaterequests.certificates.k8s.io', [
  ['is pending', { spec: { podName: 'p' } }, { PodName: 'p', State: 'Pending', UnverifiedUserAnnotations: '<none>' }],
  ['is denied', { status: { conditions: [condition('Denied')] } }, { State: 'Denied' }],
]);
shows('clustertrustbundles.certificates.k8s.io', [
  ['has no signer', { metadata: { name: 'n' } }, { Name: 'n', SignerName: '<none>' }],
]);
shows('leasecandidates.coordination.k8s.io', [
  [
    'has versions',
    { spec: { leaseName: 'l', binaryVersion: '1.36', emulationVersion: '1.35' } },
    { LeaseName: 'l', BinaryVersion: '1.36', EmulationVersion: '1.35' },
  ],
]);
shows('storageversions.internal.apiserver.k8s.io', [
  ['says nothing', {}, { CommonEncodingVersion: '<unset>', StorageVersions: '<unset>' }],
  [
    'has servers',
    { status: { storageVersions: [{ apiServerID: 'a', encodingVersion: 'v1' }] } },
    { StorageVersions: 'a=v1' },
  ],
]);
shows('storageversionmigrations.storagemigration.k8s.io', [
  [
    'is unknown',
    { spec: { resource: { resource: 'pods' } }, status: { conditions: [condition('Running', 'False')] } },
    { Resource: 'pods', Status: 'Unknown' },
  ],
  [
    'has gone on',
    {
      spec: { resource: { group: 'apps', resource: 'deployments' } },
      status: { conditions: [condition('Running'), condition('Succeeded')] },
    },
    { Resource: 'deployments.apps', Status: 'Succeeded' },
  ],
]);
shows('devicetaintrules.resource.k8s.io', [
  [
    'was never added',
    { spec: { taint: { key: 'k', effect: 'NoSchedule' } } },
    { Key: 'k', Value: '', Effect: 'NoSchedule', TimeAdded: '' },
  ],
  ['was added', { spec: { taint: { timeAdded: '2026-11-20T11:59:00Z' } } }, { TimeAdded: '60s' }],
]);
const pools = [
  { totalDevices: 5, availableDevices: 2, allocatedDevices: 3 },
  { totalDevices: 1, validationError: 'x' },
];
shows('resourcepoolstatusrequests.resource.k8s.io', [
  ['is pending', {}, { Total: '-', Errors: '-', Pools: 0, Status: 'Pending', Completed: '<none>' }],
  ['has failed', { status: { pools, conditions: [condition('Failed')] } }, { Total: '-', Status: 'Failed' }],
  [
    'is complete',
    {
      status: {
        poolCount: 3,
        pools,
        conditions: [{ ...condition('Complete'), lastTransitionTime: '2026-11-20T11:59:00Z' }],
      },
    },
    {
      Total: '6',
      Available: '2',
      Allocated: '3',
      Unavailable: '0',
      Errors: '1',
      Pools: 3,
      Status: 'Complete (2/3 pools)',
      Completed: '60s',
    },
  ],
]);
