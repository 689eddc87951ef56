import { defineParameter } from './parameter.js';
import { namesFromLabels } from './search-labels.js';
import { fuzzyNamesFromLabels, parseFuzzyNames, parseNames } from './simple-values.js';

const list = 'names joined by commas; on labels `=`, `in` select, `!=`, `notin` exclude';

export const nameParameters = Object.freeze([
  defineParameter({
    name: 'clusters',
    member: 'clusters',
    url: ['clusters'],
    labels: ['search.clusterpedia.io/clusters'],
    grammar: list,
    description:
      'Objects of these clusters. A cluster in the path overrides it; a cluster that nobody knows matches nothing.',
    default: 'all',
    examples: ['clusters=prod-eu,prod-us', 'labelSelector=search.clusterpedia.io/clusters notin (dev,test)'],
    scope: 'list',
    fromUrl: parseNames,
    fromLabels: namesFromLabels,
  }),
  defineParameter({
    name: 'namespaces',
    member: 'namespaces',
    url: ['namespaces'],
    labels: ['search.clusterpedia.io/namespaces'],
    grammar: list,
    description: 'Objects in these namespaces. A namespace in the path overrides it.',
    default: 'all',
    examples: ['namespaces=shop,ci', 'labelSelector=search.clusterpedia.io/namespaces!=kube-system'],
    scope: 'list',
    fromUrl: parseNames,
    fromLabels: namesFromLabels,
  }),
  defineParameter({
    name: 'names',
    member: 'names',
    url: ['names'],
    labels: ['search.clusterpedia.io/names'],
    grammar: list,
    description: 'Objects with exactly one of these names.',
    default: 'all',
    examples: ['names=web,db', 'labelSelector=search.clusterpedia.io/names in (web,db)'],
    scope: 'list',
    fromUrl: parseNames,
    fromLabels: namesFromLabels,
  }),
  defineParameter({
    name: 'fuzzy name',
    member: 'fuzzyNames',
    url: ['fuzzyName'],
    labels: ['search.clusterpedia.io/fuzzy-name', 'internalstorage.clusterpedia.io/fuzzy-name'],
    grammar: 'parts of names joined by commas, each trimmed; on labels `=`, `in` select, `!=`, `notin` exclude',
    description:
      'Objects whose name contains one of these, in upper or lower case. Every character counts as itself; there are no wildcards.',
    default: 'all',
    examples: ['fuzzyName=web,api', 'labelSelector=search.clusterpedia.io/fuzzy-name=web'],
    scope: 'list',
    fromUrl: parseFuzzyNames,
    fromLabels: fuzzyNamesFromLabels,
  }),
]);
