import type { Explanation } from '../../explanation.js';
import type { ListOptions } from '../../list-options.js';
import { parseFullText } from '../../selection/index.js';
import type { ConformanceCase } from '../conformance-case.js';
import { list } from '../listing.js';
import { rejects } from '../rejects.js';
import { pods, store, testObject } from '../test-objects.js';

const everything: ListOptions = {
  clusters: { in: ['c1'], notIn: ['c2'] },
  names: { in: ['a', 'b'] },
  labelSelector: [{ key: 'app', operator: 'in', values: ['web'] }],
  fieldSelector: [{ path: [{ key: 'spec' }, { key: 'nodeName' }], operator: 'in', values: ['node-1'] }],
  since: 0,
};

const answers = new Set(['index', 'columns', 'scan']);

function check({ conditions, order, estimatedObjects, plan }: Explanation): void {
  for (const { condition, answeredBy, reason } of conditions) {
    if (typeof condition !== 'string' || condition === '') throw new Error('a condition is not said in words');
    if (!answers.has(answeredBy)) throw new Error(`'${condition}' is answered by '${answeredBy}'`);
    if (reason !== undefined && typeof reason !== 'string') throw new Error(`the reason for '${condition}' is no text`);
  }
  if (typeof order !== 'string' || order === '') throw new Error('the order is not said in words');
  if (!Array.isArray(plan) || !plan.every((line) => typeof line === 'string'))
    throw new Error('the plan is no list of lines');
  if (estimatedObjects !== undefined && !(estimatedObjects >= 0))
    throw new Error(`${estimatedObjects} objects are estimated`);
}

export const explainCases: readonly ConformanceCase[] = [
  {
    name: 'explain names every condition once, with what answers it',
    needs: ['explain'],
    async run({ storage }) {
      await store(storage, [testObject('a')]);
      const explanation = await storage.resourceStorage(pods).explain?.(everything);
      if (explanation === undefined) throw new Error('there is no explain');
      check(explanation);
      const said = explanation.conditions.map(({ condition }) => condition);
      if (said.length !== 6) throw new Error(`expected 6 conditions, found ${said.join('; ')}`);
      for (const part of ['c1', 'c2', 'a, b', 'app', 'spec.nodeName', '1970']) {
        if (said.filter((text) => text.includes(part)).length === 0)
          throw new Error(`nothing says ${part}: ${said.join('; ')}`);
      }
    },
  },
  {
    name: 'explain says which words are searched for',
    needs: ['explain', 'fullText'],
    async run({ storage }) {
      await store(storage, [testObject('a')]);
      const fullText = parseFullText('nginx OR "back off" -istio crash*');
      const explanation = await storage.resourceStorage(pods).explain?.(fullText === undefined ? {} : { fullText });
      if (explanation === undefined) throw new Error('there is no explain');
      check(explanation);
      const [said = '', ...others] = explanation.conditions.map(({ condition }) => condition);
      const isSaid = ['nginx', 'back off', '-istio', 'crash*'].every((part) => said.includes(part));
      if (!isSaid || others.length > 0) throw new Error(`expected the words, found ${[said, ...others].join('; ')}`);
    },
  },
  {
    name: 'explain of a list of everything has no conditions, and finds nothing',
    needs: ['explain'],
    async run({ storage }) {
      const explanation = await storage.resourceStorage(pods).explain?.({});
      if (explanation === undefined) throw new Error('there is no explain');
      check(explanation);
      if (explanation.conditions.length !== 0) throw new Error('there are conditions');
      await store(storage, [testObject('a')]);
      await storage.resourceStorage(pods).explain?.({ limit: 1 });
      if ((await list(storage, {})).objects.length !== 1) throw new Error('explain changed what is stored');
    },
  },
  {
    name: 'explain of a collection resource, in an order',
    needs: ['explain', 'collectionResources'],
    async run({ storage }) {
      await store(storage, [testObject('a')]);
      const orderBy = [{ by: { path: [{ key: 'spec' }, { key: 'nodeName' }] }, descending: false }];
      const explanation = await storage
        .collectionResourceStorage('any')
        .explain?.({ types: 'all', orderBy, ...everything });
      if (explanation === undefined) throw new Error('there is no explain');
      check(explanation);
    },
  },
  {
    name: 'explain refuses what a list refuses',
    needs: ['explain'],
    async run({ storage }) {
      const extraLabelSelector = [{ key: 'nonsense.clusterpedia.io/nonsense', operator: 'in', values: ['x'] }] as const;
      const explaining = async () => storage.resourceStorage(pods).explain?.({ extraLabelSelector });
      await rejects(explaining, 'NOT_SUPPORTED', 'nonsense');
    },
  },
];
