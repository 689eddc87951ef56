import { age, nameOf } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import { compareText } from './format-labels.js';
import type { Fields, Printer } from './printer.js';
import { listAt, mapAt, optionalBooleanAt, textAt } from './read-fields.js';

const rolePrefix = 'node-role.kubernetes.io/';
const roleLabel = 'kubernetes.io/role';

export const nodePrinter: Printer = {
  columns: [
    nameColumn,
    column('Status', 'The status of the node'),
    column('Roles', 'The roles of the node'),
    ageColumn,
    column('Version', 'Kubelet Version reported by the node.'),
    column(
      'Internal-IP',
      "List of addresses reachable to the node. Queried from cloud provider, if available. More info: https://kubernetes.io/docs/reference/node/node-status/#addresses Note: This field is declared as mergeable, but the merge key is not sufficiently unique, which can cause data corruption when it is merged. Callers should instead use a full-replacement patch. See https://pr.k8s.io/79391 for an example. Consumers should assume that addresses can change during the lifetime of a Node. However, there are some exceptions where this may not be possible, such as Pods that inherit a Node's address in its own status or consumers of the downward API (status.hostIP).",
      { priority: 1 },
    ),
    column(
      'External-IP',
      "List of addresses reachable to the node. Queried from cloud provider, if available. More info: https://kubernetes.io/docs/reference/node/node-status/#addresses Note: This field is declared as mergeable, but the merge key is not sufficiently unique, which can cause data corruption when it is merged. Callers should instead use a full-replacement patch. See https://pr.k8s.io/79391 for an example. Consumers should assume that addresses can change during the lifetime of a Node. However, there are some exceptions where this may not be possible, such as Pods that inherit a Node's address in its own status or consumers of the downward API (status.hostIP).",
      { priority: 1 },
    ),
    column('OS-Image', 'OS Image reported by the node from /etc/os-release (e.g. Debian GNU/Linux 7 (wheezy)).', {
      priority: 1,
    }),
    column('Kernel-Version', "Kernel Version reported by the node from 'uname -r' (e.g. 3.16.0-0.bpo.4-amd64).", {
      priority: 1,
    }),
    column(
      'Container-Runtime',
      'ContainerRuntime Version reported by the node through runtime remote API (e.g. containerd://1.4.2).',
      { priority: 1 },
    ),
  ],
  fields: [
    'metadata.labels',
    'spec.unschedulable',
    'status.addresses',
    'status.conditions.status',
    'status.conditions.type',
    'status.nodeInfo',
  ],
  cells(node) {
    const info = mapAt(node, 'status', 'nodeInfo');
    return [
      nameOf(node),
      nodeStatus(node),
      nodeRoles(node),
      age(node),
      textAt(info, 'kubeletVersion'),
      nodeAddress(node, 'InternalIP'),
      nodeAddress(node, 'ExternalIP'),
      textAt(info, 'osImage') || '<unknown>',
      kernel(info),
      textAt(info, 'containerRuntimeVersion') || '<unknown>',
    ];
  },
};

function kernel(info: Fields): string {
  const version = textAt(info, 'kernelVersion') || '<unknown>';
  const architecture = textAt(info, 'architecture');
  return architecture === '' ? version : `${version} (${architecture})`;
}

function nodeStatus(node: Fields): string {
  // The last condition counts, should there be two of a type.
  const ready = listAt(node, 'status', 'conditions').findLast((condition) => textAt(condition, 'type') === 'Ready');
  const status = ready === undefined ? 'Unknown' : textAt(ready, 'status') === 'True' ? 'Ready' : 'NotReady';
  return optionalBooleanAt(node, 'spec', 'unschedulable') === true ? `${status},SchedulingDisabled` : status;
}

function nodeRoles(node: Fields): string {
  const labels = mapAt(node, 'metadata', 'labels');
  const roles = Object.keys(labels)
    .filter((label) => label.startsWith(rolePrefix))
    .map((label) => label.slice(rolePrefix.length));
  roles.push(textAt(labels, roleLabel));
  const distinct = [...new Set(roles)].filter((role) => role !== '').sort(compareText);
  return distinct.join(',') || '<none>';
}

function nodeAddress(node: Fields, type: string): string {
  const address = listAt(node, 'status', 'addresses').find((candidate) => textAt(candidate, 'type') === type);
  return address === undefined ? '<none>' : textAt(address, 'address');
}
