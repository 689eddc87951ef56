import type { Facts } from './facts.js';
import { configmaps, deployments, pods, type SearchRow } from './search-row.js';

const everything = (): boolean => true;
const nothing = (): boolean => false;
const images = (fact: Facts): readonly string[] => (fact.object.spec.containers ?? []).map(({ image }) => image);
const mesh = 'ghcr.example/acme/mesh-proxy:v2.3.1';
const requests = (fact: Facts): readonly { readonly cpu: string; readonly memory: string }[] =>
  (fact.object.spec.containers ?? []).flatMap(({ resources }) => resources.requests ?? []);
const restarts = (fact: Facts): readonly number[] =>
  (fact.object.status.containerStatuses ?? []).map(({ restartCount }) => restartCount);
const isNamed =
  (name: string) =>
  (fact: Facts): boolean =>
    fact.name === name;
const cart = 'cart-0c0199b4d8-b374c';
const scrape = (fact: Facts): string | undefined =>
  (fact.object.metadata.annotations as Readonly<Record<string, string>> | undefined)?.['prometheus.io/scrape'];

function field(
  row: string,
  fieldSelector: string,
  expectation: Pick<SearchRow, 'finds' | 'status' | 'says'> & { path?: string },
): SearchRow {
  return { row, query: `fieldSelector=${fieldSelector}`, path: pods, ...expectation };
}

const refused = (says: RegExp = /./): Pick<SearchRow, 'status' | 'says'> => ({ status: 400, says });

/** 3.1: the inputs of the lexer, as selectors. */
export const lexerRows: readonly SearchRow[] = [
  field('3.1 (empty)', '', { finds: everything }),
  field('3.1 ,', ',', refused()),
  field('3.1 notin and in are names of fields too', '!in,!notin', { finds: everything }),
  field('3.1 =', `metadata.name=${cart}`, { finds: isNamed(cart) }),
  field('3.1 ==', `metadata.name==${cart}`, { finds: isNamed(cart) }),
  field('3.1 !=', `metadata.name!=${cart}`, { finds: (fact) => fact.name !== cart }),
  field('3.1 ! alone', '!', refused()),
  field('3.1 > alone', '>', refused()),
  field('3.1 ()', '()', refused()),
  field('3.1 ~ is part of a name', '~', refused()),
  field('3.1 || is part of a name', '||', refused()),
  field('3.1 key in ( value )', `metadata.name in ( ${cart} )`, { finds: isNamed(cart) }),
  field('3.1 key notin ( value )', `metadata.name notin ( ${cart} )`, { finds: (fact) => fact.name !== cart }),
  field('3.1 key in ( value1, value2 )', 'metadata.namespace in ( shop, edge )', {
    finds: (fact) => ['shop', 'edge'].includes(fact.namespace),
  }),
  field('3.1 key', 'spec.nodeName', { finds: (fact) => fact.object.spec.nodeName !== undefined }),
  field('3.1 !key', '!spec.nodeName', { finds: (fact) => fact.object.spec.nodeName === undefined }),
  field('3.1 x in (),y', 'spec.nodeName in (),kind', { finds: nothing }),
  field('3.1 == != (), = notin', '== != (), = notin', refused()),
  field('3.1 key>2', 'metadata.generation>2', { finds: (fact) => Number(fact.object.metadata.generation) > 2 }),
  field('3.1 key<1', 'metadata.generation<1', { finds: nothing }),
  field('3.1 blanks, tabs and line ends separate', `\tmetadata.name =\r\n${cart} `, { finds: isNamed(cart) }),
];

/** 3.2: the notations of a key. */
export const keyRows: readonly SearchRow[] = [
  field('3.2 metadata.name', `metadata.name=${cart}`, { finds: isNamed(cart) }),
  field('3.2 .metadata.name', `.metadata.name=${cart}`, { finds: isNamed(cart) }),
  field("3.2 .metadata.annotations.'test.io'", ".metadata.annotations.'prometheus.io/scrape'=true", {
    finds: (fact) => scrape(fact) === 'true',
  }),
  field("3.2 .metadata.annotations['test.io']", ".metadata.annotations['prometheus.io/scrape']=true", {
    finds: (fact) => scrape(fact) === 'true',
  }),
  field('3.2 .metadata.annotations["test.io"]', '.metadata.annotations["prometheus.io/scrape"]=true', {
    finds: (fact) => scrape(fact) === 'true',
  }),
  field('3.2 a bracket at the start, as in JSONPath', `.['metadata'].labels['app']=cart`, {
    finds: (fact) => fact.labels.app === 'cart',
  }),
  field('3.2 a quoted segment at the start', `'metadata'.labels['app']=cart`, {
    finds: (fact) => fact.labels.app === 'cart',
  }),
  field('3.2 quoted segments one after the other', `metadata['labels']['app.kubernetes.io/version']=v2.16.7`, {
    finds: (fact) => fact.labels['app.kubernetes.io/version'] === 'v2.16.7',
  }),
  field('3.2 .spec.containers[].name', '.spec.containers[].name=mesh-proxy', {
    finds: (fact) => images(fact).some((image) => image.includes('mesh-proxy')),
  }),
  field('3.2 .spec.containers[0].name', '.spec.containers[0].name=mesh-proxy', {
    finds: (fact) => images(fact)[0]?.includes('mesh-proxy') === true,
  }),
  field('3.2 an index from the end', '.spec.containers[-1].name=mesh-proxy', {
    finds: (fact) => images(fact).at(-1)?.includes('mesh-proxy') === true,
  }),
  field("3.2 .field1['prefix.listed'][0].field2", ".spec['containers'][1].name=mesh-proxy", {
    finds: (fact) => images(fact)[1]?.includes('mesh-proxy') === true,
  }),
  field('3.2 [] alone', '[]', refused(/no list field/)),
  field('3.2 [0] alone', '[0]', refused(/no list field/)),
  field('3.2 bracket neither quoted nor integer', '.metadata.annotations[test.io]=x', refused(/quoted/)),
  field('3.2 text after the closing quote', ".metadata.annotations['test.io'.go]=x", refused(/quote/)),
  field('3.2 . alone', '.', refused(/nothing after/)),
  field('3.2 a segment is a qualified name', '.metadata.-name=x', refused(/-name/)),
  field('3.2 a quoted segment of one character', ".metadata.labels['x']=y", { finds: nothing }),
];

/** 3.2: selectors. */
export const selectorRows: readonly SearchRow[] = [
  field(
    '3.2 two requirements combine with AND',
    ".metadata.labels['tier'] in (backend,frontend),.metadata.generation=1",
    {
      finds: (fact) =>
        ['backend', 'frontend'].includes(fact.labels.tier ?? '') && fact.object.metadata.generation === 1,
    },
  ),
  field("3.2 metadata.annotations.'test.io'==value1", "metadata.annotations.'prometheus.io/scrape'==true", {
    finds: (fact) => scrape(fact) === 'true',
  }),
  field("3.2 !metadata.annotation['test.io']", "!metadata.annotations['prometheus.io/scrape']", {
    finds: (fact) => scrape(fact) === undefined,
  }),
  field('3.2 spec.containers[].name!=: no element has it', `spec.containers[].image!=${mesh}`, {
    finds: (fact) => !images(fact).includes(mesh),
  }),
  field('3.2 .spec.containers[].name==: any element has it', `.spec.containers[].image==${mesh}`, {
    finds: (fact) => images(fact).includes(mesh),
  }),
  field('3.2 .spec.containers[1].name in', '.spec.containers[1].name in (mesh-proxy,other)', {
    finds: (fact) => images(fact)[1]?.includes('mesh-proxy') === true,
  }),
  field('3.2 notin over a list', `.spec.containers[].image notin (${mesh},x)`, {
    finds: (fact) => !images(fact).includes(mesh),
  }),
  field('3.2 exists over a list', '.spec.containers[].readinessProbe', {
    finds: (fact) => (fact.object.spec.containers ?? []).some((container) => 'readinessProbe' in container),
  }),
  field('3.2 not-exists over a list', '!.spec.containers[].resources.requests', {
    finds: (fact) => requests(fact).length === 0,
  }),
  field(
    '3.2 .metadata.annotations[test.io] in',
    '.metadata.annotations[test.io] in (value1, value2)',
    refused(/quoted/),
  ),
  field("3.2 ['test'io']", ".metadata.annotations['test'io'] in (value1, value2)", refused(/quote/)),
  field('3.2 the last field is a list', 'spec.containers[]==something', refused(/last field/)),
  field('3.2 x in (): x equals nothing', 'spec.schedulerName in ()', { finds: nothing }),
  field('3.2 x=: x equals nothing', 'spec.schedulerName=', { finds: nothing }),
  field('3.2 x>5', 'status.containerStatuses[].restartCount>2', {
    finds: (fact) => restarts(fact).some((count) => count > 2),
  }),
  field('3.2 x<5 over a list: any element', 'status.containerStatuses[].restartCount<1', {
    finds: (fact) => restarts(fact).some((count) => count < 1),
  }),
  field('3.2 > compares quantities of memory', 'spec.containers[].resources.requests.memory>256Mi', {
    finds: (fact) => requests(fact).some(({ memory }) => memory === '1Gi' || memory === '512Mi'),
  }),
  field('3.2 < compares quantities of processors', 'spec.containers[].resources.requests.cpu<0.5', {
    finds: (fact) => requests(fact).some(({ cpu }) => cpu.endsWith('m') && Number.parseInt(cpu, 10) < 500),
  }),
  field('3.2 > compares times', 'metadata.creationTimestamp>2026-11-20T23:32:25Z', {
    finds: (fact) => fact.created > '2026-11-20T23:32:25Z',
  }),
  field('3.2 x>abc', 'spec.priority>abc', refused(/abc/)),
  field('3.2 a b', 'a b', refused()),
  field('3.2 a,', 'a,', refused()),
  field('3.2 (a)', '(a)', refused()),
  field('3.2 !key=value', '!metadata.name=x', refused()),
  field('3.2 empty members add nothing that matches', 'metadata.namespace in (shop,)', {
    finds: (fact) => fact.namespace === 'shop',
  }),
  field('3.2 a boolean is true or false', 'status.containerStatuses[].ready=false', {
    finds: (fact) => (fact.object.status.containerStatuses ?? []).some(({ ready }) => !ready),
  }),
  field('3.2 null equals absent', '!status.conditions[0].lastProbeTime', { finds: everything }),
  field('3.2 a number is its decimal text', 'spec.replicas=4', {
    path: deployments,
    finds: (fact) => fact.object.spec.replicas === 4,
  }),
  field('3.2 a value may hold a slash and a colon', `spec.containers[0].image=registry.acme.example/auth:v3.8.3`, {
    finds: (fact) => images(fact)[0] === 'registry.acme.example/auth:v3.8.3',
  }),
  field('3.2 a field of another shape is absent', 'metadata.name.first', { finds: nothing }),
  field('3.2 data with a dot in its name', "!data['app.yaml']", {
    path: configmaps,
    finds: (fact) => !('app.yaml' in ((fact.object.data ?? {}) as object)),
  }),
  {
    row: '3.2 Clusterpedia: list fields on a collection',
    path: '/collectionresources/workloads',
    query: 'fieldSelector=spec.template.spec.containers[].name=mesh-proxy',
    finds: (fact) => JSON.stringify(fact.object).includes('"mesh-proxy"'),
  },
];
