import { expect } from '@jest/globals';
import { compareTexts } from '../../support/oracle-values.js';
import { type Facts, theFact } from './facts.js';
import { configmaps, deployments, label, nodes, podsOf, type SearchRow } from './search-row.js';

const everything = (): boolean => true;
const nothing = (): boolean => false;
const [cart, gateway] = ['cart-0c0199b4d8-b374c', 'gateway-f01cbc6b1c-3bc2d'];
const named =
  (...names: readonly string[]) =>
  (fact: Facts): boolean =>
    names.includes(fact.name);
const isIn =
  (cluster: string, ...namespaces: readonly string[]) =>
  (fact: Facts): boolean =>
    fact.cluster === cluster && (namespaces.length === 0 || namespaces.includes(fact.namespace));

/** Whether a word stands in the object; of names of members only those of labels and annotations are words. */
const mentions =
  (pattern: RegExp) =>
  ({ object, cluster }: Facts): boolean =>
    pattern.test(
      JSON.stringify({ ...object, cluster }).replace(/"([^"]*)":/g, (name) => (/[/.-]/.test(name) ? name : '')),
    );
const both =
  (...tests: readonly ((fact: Facts) => boolean)[]) =>
  (fact: Facts): boolean =>
    tests.every((test) => test(fact));

/** 2.1: where conditions come from, and which one wins. */
export const sourceRows: readonly SearchRow[] = [
  {
    row: '2.1 (1) the field selector is the enhanced one',
    query: 'fieldSelector=spec.nodeName=eu-node-4',
    finds: (fact) => fact.object.spec.nodeName === 'eu-node-4',
  },
  { row: '2.1 (2) standard options as in Kubernetes: limit', query: 'limit=abc', status: 400, says: /abc/ },
  {
    row: '2.1 (2) standard options as in Kubernetes: timeoutSeconds',
    query: 'timeoutSeconds=x',
    status: 400,
    says: /x/,
  },
  { row: '2.1 (2) standard options as in Kubernetes: labelSelector', query: 'labelSelector=a in', status: 400 },
  {
    row: '2.1 (2) standard options that change nothing',
    query: 'resourceVersion=0&timeoutSeconds=10&pretty=false',
    finds: everything,
  },
  {
    row: '2.1 (3) the first value of a repeated parameter',
    query: `names=${cart}&names=${gateway}`,
    finds: named(cart),
  },
  {
    row: '2.1 (4) the URL wins over the label',
    query: `names=${cart}&${label(`names=${gateway}`)}`,
    finds: named(cart),
  },
  {
    row: '2.1 (4) the URL wins over the label, as a whole',
    query: `clusters=prod-eu&${label('clusters!=prod-eu')}`,
    finds: isIn('prod-eu'),
  },
  {
    row: '2.1 (5) an unknown search label',
    query: label('nam=x'),
    status: 400,
    says: /search\.clusterpedia\.io\/names/,
  },
  {
    row: '2.1 (5) an unknown label below clusterpedia.io',
    query: 'labelSelector=other.clusterpedia.io/x=y',
    status: 400,
    says: /other\.clusterpedia\.io\/x/,
  },
  {
    row: '2.1 (5) a label of the storage that it does not know',
    query: 'labelSelector=STORAGE.clusterpedia.io/x=y',
    status: 422,
    says: /STORAGE\.clusterpedia\.io\/x/,
  },
  {
    row: '2.1 (6) what remains are labels of objects',
    query: `${label('clusters=staging')},tier=backend`,
    finds: (fact) => fact.cluster === 'staging' && fact.labels.tier === 'backend',
  },
  {
    row: '2.1 (7) the namespace in the path wins',
    path: podsOf('prod-eu', 'shop'),
    query: 'namespaces=edge',
    finds: isIn('prod-eu', 'shop'),
  },
  {
    row: '2.1 (7) the cluster in the path wins',
    path: podsOf('prod-eu'),
    query: label('clusters=staging'),
    finds: isIn('prod-eu'),
  },
  { row: '2.1 (8) =', query: label('clusters=staging'), finds: isIn('staging') },
  { row: '2.1 (8) ==', query: label('clusters==staging'), finds: isIn('staging') },
  {
    row: '2.1 (8) in',
    query: label('namespaces in (shop,edge)'),
    finds: (fact) => ['shop', 'edge'].includes(fact.namespace),
  },
  { row: '2.1 (8) != excludes', query: label('clusters!=staging'), finds: isIn('prod-eu') },
  {
    row: '2.1 (8) notin excludes',
    query: label('namespaces notin (shop,edge)'),
    finds: (fact) => !['shop', 'edge'].includes(fact.namespace),
  },
  {
    row: '2.1 (8) several requirements combine with AND',
    query: `${label('namespaces in (shop,edge)')},search.clusterpedia.io/namespaces!=edge`,
    finds: (fact) => fact.namespace === 'shop',
  },
  {
    row: '2.1 (8) exists is refused',
    query: label('clusters'),
    status: 400,
    says: /search\.clusterpedia\.io\/clusters/,
  },
  {
    row: '2.1 (8) not-exists is refused',
    query: 'labelSelector=!search.clusterpedia.io/clusters',
    status: 400,
    says: /search\.clusterpedia\.io\/clusters/,
  },
  {
    row: '2.1 (8) what can only be set cannot be excluded',
    query: label('limit!=5'),
    status: 400,
    says: /search\.clusterpedia\.io\/limit/,
  },
  {
    row: '2.1 (8) two values where there is one',
    query: label('owner-uid in (a,b)'),
    status: 400,
    says: /exactly one/,
  },
  { row: '2.1 (9) label values have the syntax of Kubernetes', query: label('names=-x'), status: 400 },
  {
    row: '2.1 (10) fields of an order keep their order',
    query: label('orderby in (namespace_desc,name)'),
    finds: everything,
    order: (a, b) =>
      compareTexts(b.namespace, a.namespace) || compareTexts(a.name, b.name) || compareTexts(a.cluster, b.cluster),
  },
  { row: '2.1 (11) an unknown parameter', query: 'namepsaces=shop', status: 400, says: /namespaces/ },
  {
    row: '2.1 (11) a parameter of the collection resource any on a list',
    query: 'groups=apps',
    status: 400,
    says: /groups/,
  },
  {
    row: '2.1 (12) before earlier than since',
    query: 'since=2026-11-20&before=2026-11-19',
    status: 400,
    says: /earlier/,
  },
  { row: '2.1 (12) before equal to since', query: 'since=2026-11-20&before=2026-11-20', finds: nothing },
];

const ownerOf = (fact: Facts): string => `${fact.controller}`;
const checkout = theFact('deployments', 'prod-eu', 'checkout');
const checkoutSet = theFact('replicasets', 'prod-eu', 'checkout-203d00b930');
const later = Date.parse('2026-11-20T23:32:25Z');
const at = (fact: Facts): number => Date.parse(fact.created);
const remains =
  (count: number | undefined) => (answer: { readonly metadata: { readonly remainingItemCount?: number } }) =>
    expect(answer.metadata.remainingItemCount).toBe(count);

/** 2.2: each condition as a label and as a URL parameter. */
export const conditionRows: readonly SearchRow[] = [
  { row: '2.2 names, URL', query: `names=${cart},${gateway}`, finds: named(cart, gateway) },
  { row: '2.2 names, URL: the whole is trimmed', query: `names= ${cart} `, finds: named(cart) },
  { row: '2.2 names, URL: elements are not', query: `names=${gateway}, ${cart}`, finds: named(gateway) },
  { row: '2.2 names, URL: empty says nothing', query: 'names=', finds: everything },
  { row: '2.2 names, label', query: label(`names in (${cart},${gateway})`), finds: named(cart, gateway) },
  { row: '2.2 names are exact', query: 'names=cart', finds: nothing },
  { row: '2.2 clusters, URL', query: 'clusters=staging', finds: isIn('staging') },
  { row: '2.2 clusters, URL: unknown ones match nothing', query: 'clusters=nowhere', finds: nothing },
  { row: '2.2 clusters, label', query: label('clusters in (staging,nowhere)'), finds: isIn('staging') },
  { row: '2.2 namespaces, URL', query: 'namespaces=shop,ml', finds: (fact) => ['shop', 'ml'].includes(fact.namespace) },
  { row: '2.2 namespaces, label', query: label('namespaces=shop'), finds: (fact) => fact.namespace === 'shop' },
  {
    row: '2.2 order, URL',
    query: 'orderby=name',
    finds: everything,
    order: (a, b) => compareTexts(a.name, b.name) || compareTexts(a.cluster, b.cluster),
  },
  {
    row: '2.2 order, label',
    query: label('orderby=name'),
    finds: everything,
    order: (a, b) => compareTexts(a.name, b.name) || compareTexts(a.cluster, b.cluster),
  },
  {
    row: '2.2 owner uid, URL',
    query: `clusters=prod-eu&ownerUID=${checkoutSet.uid}`,
    finds: (fact) => fact.controllerUid === checkoutSet.uid,
  },
  {
    row: '2.2 owner uid, label',
    query: `${label(`owner-uid=${checkoutSet.uid}`)},search.clusterpedia.io/clusters=prod-eu`,
    finds: (fact) => fact.controllerUid === checkoutSet.uid,
  },
  {
    row: '2.2 owner name, URL',
    path: podsOf('prod-eu'),
    query: `ownerName=${checkoutSet.name}`,
    finds: (fact) => fact.controllerUid === checkoutSet.uid,
  },
  {
    row: '2.2 owner name, label',
    path: podsOf('prod-eu'),
    query: label(`owner-name=${checkoutSet.name}`),
    finds: (fact) => fact.controllerUid === checkoutSet.uid,
  },
  {
    row: '2.2 owner group resource, URL',
    path: podsOf('prod-eu'),
    query: 'ownerName=checkout&ownerGR=deployments.apps&ownerSeniority=1',
    finds: (fact) => ownerOf(fact) === checkoutSet.name,
  },
  {
    row: '2.2 owner group resource of another type',
    path: podsOf('prod-eu'),
    query: 'ownerName=checkout&ownerGR=services&ownerSeniority=1',
    finds: nothing,
  },
  {
    row: '2.2 owner group resource, label',
    path: podsOf('prod-eu'),
    query: `${label('owner-name=checkout')},search.clusterpedia.io/owner-gr=deployments.apps,search.clusterpedia.io/owner-seniority=1`,
    finds: (fact) => ownerOf(fact) === checkoutSet.name,
  },
  {
    row: '2.2 owner seniority, no integer',
    path: podsOf('prod-eu'),
    query: 'ownerName=checkout&ownerSeniority=x',
    status: 400,
    says: /ownerSeniority/,
  },
  {
    row: '2.2 owner seniority, label, no integer',
    path: podsOf('prod-eu'),
    query: `${label('owner-seniority=x')},search.clusterpedia.io/owner-name=a`,
    status: 400,
    says: /owner-seniority/,
  },
  {
    row: '2.2 owner seniority beyond 10',
    path: podsOf('prod-eu'),
    query: 'ownerName=checkout&ownerSeniority=11',
    status: 400,
    says: /ownerSeniority/,
  },
  { row: '2.2 since is inclusive, URL', query: 'since=2026-11-20T23:32:25Z', finds: (fact) => at(fact) >= later },
  { row: '2.2 since, label', query: label(`since=${later / 1000}`), finds: (fact) => at(fact) >= later },
  { row: '2.2 before is exclusive, URL', query: 'before=2026-11-20T23:32:25Z', finds: (fact) => at(fact) < later },
  { row: '2.2 before, label', query: label(`before=${later}`), finds: (fact) => at(fact) < later },
  { row: '2.2 page size, URL', query: 'limit=3', finds: everything, page: [0, 3] },
  { row: '2.2 page size 0: no limit', query: 'limit=0', finds: everything },
  { row: '2.2 page size negative: no limit', query: 'limit=-1', finds: everything },
  {
    row: '2.2 page size, label: no continue',
    query: label('limit=3'),
    finds: everything,
    page: [0, 3],
    shows: (answer) => expect(answer.metadata.continue).toBeUndefined(),
  },
  { row: '2.2 page size, label size', query: label('size=3'), finds: everything, page: [0, 3] },
  {
    row: '2.2 page size, label, no integer',
    query: label('limit=x'),
    status: 400,
    says: /search\.clusterpedia\.io\/limit/,
  },
  { row: '2.2 offset, label', query: label('offset=145'), finds: everything, page: [145, 1000] },
  { row: '2.2 offset, URL', query: 'continue=140&limit=5', finds: everything, page: [140, 145] },
  {
    row: '2.2 with-continue, URL',
    query: `${label('limit=3')}&withContinue=true`,
    finds: everything,
    page: [0, 3],
    shows: (answer) => expect(answer.metadata.continue).toMatch(/./),
  },
  {
    row: '2.2 with-continue, label',
    query: `${label('limit=3')},search.clusterpedia.io/with-continue=true`,
    finds: everything,
    page: [0, 3],
    shows: (answer) => expect(answer.metadata.continue).toMatch(/./),
  },
  {
    row: '2.2 with-continue false',
    query: 'limit=3&withContinue=false',
    finds: everything,
    page: [0, 3],
    shows: (answer) => expect(answer.metadata.continue).toBeUndefined(),
  },
  {
    row: '2.2 with-remaining-count, URL',
    query: 'limit=3&withRemainingCount=true&clusters=staging',
    finds: isIn('staging'),
    page: [0, 3],
    shows: remains(36),
  },
  {
    row: '2.2 with-remaining-count, URL, without a value',
    query: 'limit=3&withRemainingCount=&clusters=staging',
    finds: isIn('staging'),
    page: [0, 3],
    shows: remains(36),
  },
  {
    row: '2.2 with-remaining-count, label',
    query: `${label('with-remaining-count=true')},search.clusterpedia.io/clusters=staging&limit=3`,
    finds: isIn('staging'),
    page: [0, 3],
    shows: remains(36),
  },
  {
    row: '2.2 with-remaining-count false',
    query: 'limit=3&withRemainingCount=False',
    finds: everything,
    page: [0, 3],
    shows: remains(undefined),
  },
  {
    row: '2.2 with-remaining-count 0',
    query: 'limit=3&withRemainingCount=0',
    finds: everything,
    page: [0, 3],
    shows: remains(undefined),
  },
  {
    row: '2.2 with-remaining-count is not asked for',
    query: 'limit=3',
    finds: everything,
    page: [0, 3],
    shows: remains(undefined),
  },
  {
    row: '2.2 only metadata',
    query: `onlyMetadata=true&names=${cart}`,
    finds: named(cart),
    shows: ({ items }) => expect(Object.keys(items[0] ?? {})).toEqual(['apiVersion', 'kind', 'metadata']),
  },
  { row: '2.2 fuzzy name, label', query: label('fuzzy-name=cart'), finds: (fact) => fact.name.includes('cart') },
  {
    row: "2.2 fuzzy name, Clusterpedia's label",
    query: 'labelSelector=internalstorage.clusterpedia.io/fuzzy-name=cart',
    finds: (fact) => fact.name.includes('cart'),
  },
  { row: '2.2 fuzzy name, URL', query: 'fuzzyName=cart', finds: (fact) => fact.name.includes('cart') },
  {
    row: '2.2 groups only on any',
    path: '/collectionresources/any',
    query: 'groups=apps&limit=400',
    finds: (fact) => fact.group === 'apps',
  },
  {
    row: '2.2 resources only on any',
    path: '/collectionresources/any',
    query: 'resources=/pods,apps/deployments',
    finds: (fact) => ['pods', 'deployments'].includes(fact.resource),
  },
  {
    row: '2.2 any without groups and resources',
    path: '/collectionresources/any',
    query: '',
    status: 400,
    says: /groups/,
  },
  { row: '2.2 full text, a word', query: 'query=CHECKOUT', finds: mentions(/\bcheckout\b/i) },
  {
    row: '2.2 full text, several',
    query: 'query=checkout node-4',
    finds: both(mentions(/\bcheckout\b/i), mentions(/\bnode-4\b/)),
  },
  { row: '2.2 full text, excluded', query: 'query=-Running', finds: (fact) => !mentions(/\brunning\b/i)(fact) },
  { row: '2.2 full text, a label', query: label('query in (checkout,cart)'), finds: mentions(/\b(checkout|cart)\b/i) },
  {
    row: '2.2 full text, a label that excludes',
    query: label('query!=checkout'),
    finds: (fact) => !mentions(/\bcheckout\b/i)(fact),
  },
  {
    row: '2.2 full text, the URL wins over the label',
    query: `query=checkout&${label('query=nowhere')}`,
    finds: mentions(/\bcheckout\b/i),
  },
  { row: '2.2 full text, blanks alone', query: 'query=  ', finds: everything },
  {
    row: '2.2 full text, what would begin anywhere',
    query: 'query=*checkout',
    status: 400,
    says: /query: .*\* can only end/,
  },
  { row: '2.2 full text, a quote that does not end', query: 'query="checkout', status: 400, says: /query: .*second "/ },
  {
    row: '2.2 full text, a label that only has to be there',
    query: label('query'),
    status: 400,
    says: /search.clusterpedia.io\/query/,
  },
  {
    row: '2.2 fields',
    query: 'fieldSelector=status.phase!=Running',
    finds: (fact) => fact.object.status.phase !== 'Running',
  },
  { row: '2.2 labels, =', query: 'labelSelector=app=cart', finds: (fact) => fact.labels.app === 'cart' },
  {
    row: '2.2 labels, in',
    query: 'labelSelector=app in (cart,geo)',
    finds: (fact) => ['cart', 'geo'].includes(fact.labels.app ?? ''),
  },
  {
    row: '2.2 labels, != holds for those without',
    path: '/collectionresources/workloads',
    query: 'labelSelector=app!=cart',
    finds: (fact) => fact.labels.app !== 'cart',
  },
  {
    row: '2.2 labels, exists',
    path: configmaps,
    query: 'labelSelector=app',
    finds: (fact) => fact.labels.app !== undefined,
  },
  {
    row: '2.2 labels, not-exists',
    path: configmaps,
    query: 'labelSelector=!app',
    finds: (fact) => fact.labels.app === undefined,
  },
  {
    row: '2.2 labels and fields together',
    query: 'labelSelector=tier=backend&fieldSelector=spec.nodeName=eu-node-4',
    finds: (fact) => fact.labels.tier === 'backend' && fact.object.spec.nodeName === 'eu-node-4',
  },
];

const noon =
  (text: string) =>
  (fact: Facts): boolean =>
    at(fact) >= Date.parse(text);

/** 2.3: time formats. */
export const timeRows: readonly SearchRow[] = [
  { row: '2.3 RFC 3339', query: 'since=2026-11-20T23:32:25Z', finds: noon('2026-11-20T23:32:25Z') },
  { row: '2.3 RFC 3339 with an offset', query: 'since=2026-11-21T00:32:25+01:00', finds: noon('2026-11-20T23:32:25Z') },
  { row: '2.3 RFC 3339 with a fraction', query: 'since=2026-11-20T23:32:24.5Z', finds: noon('2026-11-20T23:32:25Z') },
  { row: '2.3 date and time', query: 'since=2026-11-20 23:32:25', finds: noon('2026-11-20T23:32:25Z') },
  { row: '2.3 date', query: 'since=2026-11-20', finds: everything },
  { row: '2.3 date, excluding', query: 'since=2026-11-21', finds: nothing },
  { row: '2.3 seconds', query: `since=${later / 1000}`, finds: noon('2026-11-20T23:32:25Z') },
  { row: '2.3 milliseconds', query: `since=${later}`, finds: noon('2026-11-20T23:32:25Z') },
  { row: '2.3 a timestamp of another length', query: 'since=12345678901', status: 400, says: /10 digits.*13/s },
  { row: '2.3 stray blanks', query: 'since= 2026-11-20', status: 400, says: /since/ },
  { row: '2.3 no time', query: 'before=yesterday', status: 400, says: /before/ },
  { row: '2.3 a day that does not exist', query: 'before=2026-02-30', status: 400, says: /2026-02-30/ },
  { row: '2.3 RFC 3339 without a zone', query: 'before=2026-11-20T00:00:00', status: 400, says: /RFC 3339/ },
  { row: '2.3 a label holds a date', query: label('since=2026-11-21'), finds: nothing },
];

const [setOfCheckout, deploymentOfCheckout] = [`ownerUID=${checkoutSet.uid}`, `ownerUID=${checkout.uid}`];
const podOfCheckout = (fact: Facts): boolean => fact.controllerUid === checkoutSet.uid;

/** 2.4: the table of owner searches. */
export const ownerRows: readonly SearchRow[] = [
  { row: '2.4 uid=U', path: podsOf('prod-eu'), query: setOfCheckout, finds: podOfCheckout },
  { row: '2.4 uid=U in another cluster', path: podsOf('staging'), query: setOfCheckout, finds: nothing },
  {
    row: '2.4 uid=U, seniority=1',
    path: podsOf('prod-eu'),
    query: `${deploymentOfCheckout}&ownerSeniority=1`,
    finds: podOfCheckout,
  },
  { row: '2.4 name=N', path: podsOf('prod-eu'), query: `ownerName=${checkoutSet.name}`, finds: podOfCheckout },
  {
    row: '2.4 uid=U and name=N',
    path: podsOf('prod-eu'),
    query: `${setOfCheckout}&ownerName=gateway`,
    finds: podOfCheckout,
  },
  {
    row: '2.4 name=N, gr=deployments.apps',
    path: '/resources/clusters/prod-eu/apis/apps/v1/replicasets',
    query: 'ownerName=checkout&ownerGR=deployments.apps',
    finds: (fact) => fact.controllerUid === checkout.uid,
  },
  {
    row: '2.4 gr and seniority only',
    path: podsOf('prod-eu'),
    query: 'ownerGR=deployments.apps&ownerSeniority=1',
    finds: isIn('prod-eu'),
  },
  {
    row: '2.4 two clusters with uid',
    query: `clusters=prod-eu,staging&${setOfCheckout}`,
    status: 400,
    says: /one cluster/,
  },
  { row: '2.4 no cluster with a name', query: 'ownerName=checkout', status: 400, says: /one cluster/ },
  {
    row: '2.4 the owner is not filtered by namespace when it is a uid',
    path: podsOf('prod-eu'),
    query: `namespaces=shop,edge&${deploymentOfCheckout}&ownerSeniority=1`,
    finds: podOfCheckout,
  },
  {
    row: '2.4 namespaces and name: the owner is in one of them',
    path: podsOf('prod-eu'),
    query: 'namespaces=shop,edge&ownerName=checkout&ownerSeniority=1',
    finds: podOfCheckout,
  },
  {
    row: '2.4 namespaces and name: the owner is in another one',
    path: podsOf('prod-eu', 'shop'),
    query: 'ownerName=checkout&ownerSeniority=1',
    finds: nothing,
  },
  {
    row: '2.4 pods of a deployment: seniority 0 finds none',
    path: podsOf('prod-eu'),
    query: 'ownerName=checkout&ownerGR=deployments.apps',
    finds: nothing,
  },
  {
    row: '2.4 a collection resource honours owners',
    path: '/collectionresources/any',
    query: `resources=/pods,apps/replicasets&clusters=prod-eu&${deploymentOfCheckout}`,
    finds: (fact) => fact.controllerUid === checkout.uid,
  },
];

const byName = (a: Facts, b: Facts): number => compareTexts(a.name, b.name) || compareTexts(a.cluster, b.cluster);

/** 2.5: order. */
export const orderRows: readonly SearchRow[] = [
  { row: '2.5 one field', query: 'orderby=name', finds: everything, order: byName },
  {
    row: '2.5 desc',
    query: 'orderby=name desc',
    finds: everything,
    order: (a, b) => compareTexts(b.name, a.name) || compareTexts(a.cluster, b.cluster),
  },
  {
    row: '2.5 several, each trimmed',
    query: 'orderby= cluster desc , name ',
    finds: everything,
    order: (a, b) => compareTexts(b.cluster, a.cluster) || byName(a, b),
  },
  {
    row: '2.5 created_at, ended by cluster, namespace, name',
    query: 'orderby=created_at desc',
    finds: everything,
    order: (a, b) => at(b) - at(a),
  },
  {
    row: '2.5 resource_version is a number',
    query: 'orderby=resource_version',
    finds: everything,
    order: (a, b) => a.revision - b.revision,
  },
  { row: '2.5 uid', query: 'orderby=uid', finds: everything, order: (a, b) => compareTexts(a.uid, b.uid) },
  {
    row: '2.5 kind, in a collection',
    path: '/collectionresources/workloads',
    query: 'orderby=kind',
    finds: everything,
    order: (a, b) => compareTexts(a.object.kind, b.object.kind),
  },
  { row: '2.5 synced_at is known', query: `orderby=synced_at&names=${cart}`, finds: named(cart) },
  {
    row: '2.5 a field, numbers by value',
    path: deployments,
    query: 'orderby=spec.replicas desc,name',
    finds: everything,
    order: (a, b) => Number(b.object.spec.replicas) - Number(a.object.spec.replicas) || byName(a, b),
  },
  {
    row: '2.5 a field that some lack comes first',
    path: deployments,
    query: 'orderby=.status.readyReplicas',
    finds: everything,
    order: (a, b) => (a.object.status.readyReplicas ?? -1) - (b.object.status.readyReplicas ?? -1),
  },
  {
    row: '2.5 label with _desc',
    query: label('orderby=created_at_desc'),
    finds: everything,
    order: (a, b) => at(b) - at(a),
  },
  {
    row: '2.5 label with a field',
    path: deployments,
    query: label('orderby=spec.replicas_desc'),
    finds: everything,
    order: (a, b) => Number(b.object.spec.replicas) - Number(a.object.spec.replicas),
  },
  { row: '2.5 more than two words', query: 'orderby=name desc please', status: 400, says: /orderby/ },
  { row: '2.5 a second word other than desc', query: 'orderby=name asc', status: 400, says: /orderby/ },
  { row: '2.5 no SQL', query: 'orderby=(select 1)', status: 400, says: /orderby/ },
  { row: '2.5 an unknown column', query: 'orderby=creatd_at', status: 400, says: /created_at/ },
];

/** 2.6 to 2.8: paging, fuzzy names, events. */
export const otherRows: readonly SearchRow[] = [
  {
    row: '2.6 continue when more follow',
    query: 'limit=140',
    finds: everything,
    page: [0, 140],
    shows: (answer) => expect(answer.metadata.continue).toMatch(/./),
  },
  {
    row: '2.6 no continue on a last page that is exactly full',
    query: 'limit=149',
    finds: everything,
    shows: (answer) => expect(answer.metadata.continue).toBeUndefined(),
  },
  {
    row: '2.6 no continue of nothing',
    query: 'limit=1&names=nobody',
    finds: nothing,
    shows: (answer) => expect(answer.metadata.continue).toBeUndefined(),
  },
  {
    row: '2.6 continue that is neither a token nor a number',
    query: 'continue=garbage',
    status: 400,
    says: /continue/,
  },
  { row: '2.6 a negative offset', query: 'continue=-5', status: 400, says: /continue/ },
  {
    row: '2.6 an offset beyond the end',
    query: 'continue=200&limit=5&withRemainingCount=true',
    finds: everything,
    page: [200, 205],
    shows: remains(-51),
  },
  {
    row: '2.6 the last page counts none',
    query: 'continue=147&limit=5&withRemainingCount=true',
    finds: everything,
    page: [147, 152],
    shows: remains(0),
  },
  {
    row: '2.7 several values, any of them',
    query: label('fuzzy-name in (cart,fraud)'),
    finds: (fact) => /cart|fraud/.test(fact.name),
  },
  {
    row: '2.7 several values in the URL, trimmed',
    query: 'fuzzyName= cart , fraud',
    finds: (fact) => /cart|fraud/.test(fact.name),
  },
  { row: '2.7 upper and lower case', query: 'fuzzyName=CART', finds: (fact) => fact.name.includes('cart') },
  { row: '2.7 an underscore is an underscore', query: 'fuzzyName=c_rt', finds: nothing },
  { row: '2.7 a percent sign is a percent sign', query: 'fuzzyName=c%t', finds: nothing },
  { row: '2.7 excluding', query: label('fuzzy-name!=cart'), finds: (fact) => !fact.name.includes('cart') },
  {
    row: '2.8 events, label',
    query: `${label('inject-events=true')}&fuzzyName=cart-0c`,
    finds: (fact) => fact.name.includes('cart-0c'),
    shows: hasEvents,
  },
  {
    row: '2.8 events, URL',
    query: 'injectEvents=true&fuzzyName=cart-0c',
    finds: (fact) => fact.name.includes('cart-0c'),
    shows: hasEvents,
  },
  {
    row: '2.8 events are not asked for',
    query: 'fuzzyName=cart-0c',
    finds: (fact) => fact.name.includes('cart-0c'),
    shows: ({ items }) => expect(JSON.stringify(items)).not.toContain('clusterpedia.io/events'),
  },
  {
    row: '2.8 events in a collection',
    path: '/collectionresources/any',
    query: 'resources=/pods&injectEvents=1&fuzzyName=cart-0c',
    finds: (fact) => fact.resource === 'pods' && fact.name.includes('cart-0c'),
    shows: hasEvents,
  },
  {
    row: 'nodes, as any other resource',
    path: nodes,
    query: 'orderby=name desc&limit=2',
    finds: everything,
    order: (a, b) => compareTexts(b.name, a.name),
    page: [0, 2],
  },
];

function hasEvents({
  items,
}: {
  readonly items: readonly { readonly metadata: { readonly [member: string]: unknown } }[];
}): void {
  const [pod] = items;
  const annotations = pod?.metadata.annotations as Readonly<Record<string, string>>;
  const events = JSON.parse(annotations['shadow.clusterpedia.io/events'] ?? '[]') as {
    reason: string;
    kind: string;
    involvedObject: { uid: string };
  }[];
  expect(events.map(({ kind, reason, involvedObject }) => [kind, reason, involvedObject.uid])).toEqual([
    ['Event', 'BackOff', pod?.metadata.uid],
  ]);
}

/** 2.9 without the gate, which is how a server starts. */
export const rawRowsWithoutGate: readonly SearchRow[] = [
  { row: '2.9 raw SQL is refused', query: "whereSQL=name = 'x'", status: 422, says: /whereSQL/ },
  {
    row: '2.9 a statement without the gate is refused',
    query: 'whereSQLStatement=name = ?&whereSQLParam=x',
    status: 422,
    says: /AllowParameterizedSQLQuery/,
  },
];

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

/** 2.9 with the gate, on a storage that speaks SQL. */
export const rawRows: readonly SearchRow[] = [
  { row: '2.9 raw SQL is refused', query: "whereSQL=name = 'x'", status: 422, says: /whereSQLStatement/ },
  {
    row: '2.9 statement only',
    query: "whereSQLStatement=namespace = 'shop'",
    finds: (fact) => fact.namespace === 'shop',
  },
  {
    row: '2.9 statement and one parameter',
    query: 'whereSQLStatement=namespace = ?&whereSQLParam=shop',
    finds: (fact) => fact.namespace === 'shop',
  },
  {
    row: '2.9 statement and several parameters',
    query: 'whereSQLStatement=namespace IN (?, ?)&whereSQLParam=shop&whereSQLParam=edge',
    finds: (fact) => ['shop', 'edge'].includes(fact.namespace),
  },
  {
    row: '2.9 statement and JSON parameters',
    query: `whereSQLStatement=namespace IN ?&whereSQLJSONParams=${base64([['shop', 'edge']])}`,
    finds: (fact) => ['shop', 'edge'].includes(fact.namespace),
  },
  {
    row: '2.9 JSON parameters, the first occurrence',
    query: `whereSQLStatement=namespace = ?&whereSQLJSONParams=${base64(['shop'])}&whereSQLJSONParams=${base64(['edge'])}`,
    finds: (fact) => fact.namespace === 'shop',
  },
  {
    row: '2.9 both: JSON parameters win',
    query: `whereSQLStatement=namespace = ?&whereSQLParam=edge&whereSQLJSONParams=${base64(['shop'])}`,
    finds: (fact) => fact.namespace === 'shop',
  },
  {
    row: '2.9 the statement is one condition among others',
    query: "whereSQLStatement=namespace = 'shop' OR namespace = 'edge'&clusters=staging",
    finds: isIn('staging', 'shop', 'edge'),
  },
  {
    row: '2.9 JSON parameters that are no base64',
    query: 'whereSQLStatement=name = ?&whereSQLJSONParams=A===',
    status: 422,
    says: /base64/,
  },
  {
    row: '2.9 JSON parameters that are no JSON',
    query: `whereSQLStatement=name = ?&whereSQLJSONParams=${Buffer.from('invalid-json').toString('base64')}`,
    status: 422,
    says: /JSON/,
  },
  {
    row: '2.9 JSON parameters that are no array',
    query: `whereSQLStatement=name = ?&whereSQLJSONParams=${base64({})}`,
    status: 422,
    says: /array/,
  },
  { row: '2.9 parameters without a statement', query: 'whereSQLParam=x', status: 422, says: /whereSQLStatement/ },
  {
    row: '2.9 JSON parameters without a statement',
    query: `whereSQLJSONParams=${base64(['x'])}`,
    status: 422,
    says: /whereSQLStatement/,
  },
  { row: '2.9 too few parameters', query: 'whereSQLStatement=name = ?', status: 422, says: /1 placeholder/ },
];
