import { age, nameOf, nameWithDefault } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import { formatLabelSelector } from './format-labels.js';
import { loadBalancerAddresses } from './load-balancer.js';
import { lowerCase } from './lower-case.js';
import type { Fields, Printer } from './printer.js';
import { countAt, fieldAt, listAt, optionalTextAt, textAt, textsAt } from './read-fields.js';

const shownHosts = 3;
const defaultIngressClass = ['ingressclass.kubernetes.io/is-default-class'];

export const ingressPrinter: Printer = {
  columns: [
    nameColumn,
    column('Class', 'The name of the IngressClass resource that should be used for additional configuration'),
    column('Hosts', 'Hosts that incoming requests are matched against before the ingress rule'),
    column('Address', 'Address is a list containing ingress points for the load-balancer'),
    column('Ports', 'Ports of TLS configurations that open'),
    ageColumn,
  ],
  fields: [
    'spec.ingressClassName',
    'spec.rules.host',
    'spec.tls#',
    'status.loadBalancer.ingress.hostname',
    'status.loadBalancer.ingress.ip',
  ],
  cells: (ingress) => [
    nameOf(ingress),
    optionalTextAt(ingress, 'spec', 'ingressClassName') ?? '<none>',
    hosts(ingress),
    loadBalancerAddresses(ingress).join(','),
    countAt(ingress, 'spec', 'tls') > 0 ? '80, 443' : '80',
    age(ingress),
  ],
};

export const ingressClassPrinter: Printer = {
  columns: [
    nameColumn,
    column('Controller', 'Controller that is responsible for handling this class'),
    column('Parameters', 'A reference to a resource with additional parameters'),
    ageColumn,
  ],
  fields: ['metadata.annotations', 'spec.controller', 'spec.parameters'],
  cells: (ingressClass) => [
    nameWithDefault(ingressClass, defaultIngressClass),
    textAt(ingressClass, 'spec', 'controller'),
    parameters(ingressClass),
    age(ingressClass),
  ],
};

export const networkPolicyPrinter: Printer = {
  columns: [
    nameColumn,
    column(
      'Pod-Selector',
      "podSelector selects the pods to which this NetworkPolicy object applies. The array of rules is applied to any pods selected by this field. An empty selector matches all pods in the policy's namespace. Multiple network policies can select the same set of pods. In this case, the ingress rules for each are combined additively. This field is optional. If it is not specified, it defaults to an empty selector.",
    ),
    ageColumn,
  ],
  fields: ['spec.podSelector'],
  cells: (policy) => [nameOf(policy), formatLabelSelector(fieldAt(policy, 'spec', 'podSelector')), age(policy)],
};

export const serviceCidrPrinter: Printer = {
  columns: [
    nameColumn,
    column(
      'CIDRs',
      'CIDRs defines the IP blocks in CIDR notation (e.g. "192.168.0.0/24" or "2001:db8::/64") from which to assign service cluster IPs. Max of two CIDRs is allowed, one of each IP family. This field is immutable.',
    ),
    ageColumn,
  ],
  fields: ['spec.cidrs'],
  cells: (range) => [nameOf(range), textsAt(range, 'spec', 'cidrs').join(','), age(range)],
};

/** Rows have a cell more than there are columns: so does a kube-apiserver. */
export const ipAddressPrinter: Printer = {
  columns: [
    nameColumn,
    column(
      'ParentRef',
      'ParentRef references the resource that an IPAddress is attached to. An IPAddress must reference a parent object.',
    ),
  ],
  fields: ['spec.parentRef'],
  cells: (address) => [nameOf(address), parent(address), age(address)],
};

function hosts(ingress: Fields): string {
  const rules = listAt(ingress, 'spec', 'rules');
  const shown: string[] = [];
  let hasMore = false;
  for (const rule of rules) {
    if (shown.length === shownHosts) {
      hasMore = true;
      break;
    }
    const host = textAt(rule, 'host');
    if (host !== '') shown.push(host);
  }
  if (shown.length === 0) return '*';
  return hasMore ? `${shown.join(',')} + ${rules.length - shownHosts} more...` : shown.join(',');
}

function parameters(ingressClass: Fields): string {
  const found = fieldAt(ingressClass, 'spec', 'parameters');
  if (found === undefined) return '<none>';
  const group = optionalTextAt(found, 'apiGroup');
  const kind = textAt(found, 'kind');
  return `${group === undefined ? kind : `${kind}.${group}`}/${textAt(found, 'name')}`;
}

function parent(address: Fields): string {
  const found = fieldAt(address, 'spec', 'parentRef');
  if (found === undefined) return '<none>';
  const group = textAt(found, 'group');
  const resource = textAt(found, 'resource');
  const type = lowerCase(group === '' ? resource : `${resource}.${group}`);
  const namespace = textAt(found, 'namespace');
  return [type, ...(namespace === '' ? [] : [namespace]), textAt(found, 'name')].join('/');
}
