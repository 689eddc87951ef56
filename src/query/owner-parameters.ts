import { defineParameter } from './parameter.js';
import { valueFromLabels } from './search-labels.js';
import { parseGroupResource, parseSeniority, parseText } from './simple-values.js';

export const ownerParameters = Object.freeze([
  defineParameter({
    name: 'owner uid',
    member: 'ownerUid',
    url: ['ownerUID'],
    labels: ['search.clusterpedia.io/owner-uid'],
    grammar: 'one uid',
    description:
      'Objects whose controller has this uid. Every search by owner needs exactly one cluster, in the path or with `clusters`. The uid wins over the name.',
    default: 'all',
    examples: [
      'clusters=prod-eu&ownerUID=151ae265-28fe-4734-850e-b641266cd5da',
      'labelSelector=search.clusterpedia.io/clusters=prod-eu,search.clusterpedia.io/owner-uid=151ae265',
    ],
    scope: 'list',
    fromUrl: parseText,
    fromLabels: (requirements) => parseText(valueFromLabels(requirements)),
  }),
  defineParameter({
    name: 'owner name',
    member: 'ownerName',
    url: ['ownerName'],
    labels: ['search.clusterpedia.io/owner-name'],
    grammar: 'one name',
    description:
      'Objects whose controller has this name. With `namespaces`, the owner is in one of them too, or has no namespace.',
    default: 'all',
    examples: [
      'clusters=prod-eu&ownerName=web&ownerSeniority=1',
      'labelSelector=search.clusterpedia.io/clusters=prod-eu,search.clusterpedia.io/owner-name=web',
    ],
    scope: 'list',
    fromUrl: parseText,
    fromLabels: (requirements) => parseText(valueFromLabels(requirements)),
  }),
  defineParameter({
    name: 'owner group resource',
    member: 'ownerGroupResource',
    url: ['ownerGR'],
    labels: ['search.clusterpedia.io/owner-gr'],
    grammar: '`resource` or `resource.group`',
    description: 'Restricts the owner that the owner name finds to a type. Alone it does nothing.',
    default: 'any type',
    examples: [
      'clusters=prod-eu&ownerName=web&ownerGR=deployments.apps&ownerSeniority=1',
      'labelSelector=search.clusterpedia.io/clusters=prod-eu,search.clusterpedia.io/owner-name=web,search.clusterpedia.io/owner-gr=deployments.apps',
    ],
    scope: 'list',
    fromUrl: parseGroupResource,
    fromLabels: (requirements) => parseGroupResource(valueFromLabels(requirements)),
  }),
  defineParameter({
    name: 'owner seniority',
    member: 'ownerSeniority',
    url: ['ownerSeniority'],
    labels: ['search.clusterpedia.io/owner-seniority'],
    grammar: 'an integer from 0 to 10',
    description: '0 is the parent, 1 the grandparent: 1 finds the Pods of a Deployment. Alone it does nothing.',
    default: '0',
    examples: [
      'clusters=prod-eu&ownerName=web&ownerSeniority=1',
      'labelSelector=search.clusterpedia.io/clusters=prod-eu,search.clusterpedia.io/owner-name=web,search.clusterpedia.io/owner-seniority=1',
    ],
    scope: 'list',
    fromUrl: parseSeniority,
    fromLabels: (requirements) => parseSeniority(valueFromLabels(requirements)),
  }),
]);
