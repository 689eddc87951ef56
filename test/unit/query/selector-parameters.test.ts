import { describe, expect, it } from '@jest/globals';
import { fromLabels, options, refusal, search } from './parse.js';

describe('labelSelector', () => {
  it('leaves the labels of objects and takes the search labels out', () => {
    const selector = `app=web,${search}/names=a,!legacy,${search}/limit=5,tier notin (db,cache)`;
    expect(options(`labelSelector=${selector}`)).toEqual({
      names: { in: ['a'] },
      limit: 5,
      labelSelector: [
        { key: 'app', operator: 'in', values: ['web'] },
        { key: 'legacy', operator: 'notExists', values: [] },
        { key: 'tier', operator: 'notIn', values: ['db', 'cache'] },
      ],
    });
  });

  it('speaks the words of a kube-apiserver when it is malformed', () => {
    expect(refusal('labelSelector=app in (').toStatus()).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: "unable to parse requirement: found '', expected: ',', ')' or identifier",
      reason: 'BadRequest',
      code: 400,
    });
  });

  it.each([
    'notclusterpedia.io/x',
    'clusterpedia.io.example.com/x',
    'x.clusterpedia.iox/y',
    'clusterpedia.io',
    'example.com/clusterpedia.io',
  ])('takes %s for a label of objects', (key) => {
    expect(options(`labelSelector=${key}=1`)).toEqual({ labelSelector: [{ key, operator: 'in', values: ['1'] }] });
  });

  it('hands labels of the storage to the storage', () => {
    const selector = 'sqlite.clusterpedia.io/thing in (a,b),!sqlite.clusterpedia.io/other,app=web';
    expect(options(`labelSelector=${selector}`)).toEqual({
      extraLabelSelector: [
        { key: 'sqlite.clusterpedia.io/thing', operator: 'in', values: ['a', 'b'] },
        { key: 'sqlite.clusterpedia.io/other', operator: 'notExists', values: [] },
      ],
      labelSelector: [{ key: 'app', operator: 'in', values: ['web'] }],
    });
  });

  it.each([
    [`${search}/nmaes`, `${search}/names`],
    [`${search}/owner`, `${search}/`],
    ['serach.clusterpedia.io/limit', `${search}/limit`],
    ['memory.clusterpedia.io/thing', `${search}/`],
    ['internalstorage.clusterpedia.io/fuzzyname', 'internalstorage.clusterpedia.io/fuzzy-name'],
    ['clusterpedia.io/names', `${search}/names`],
    ['shadow.clusterpedia.io/cluster-name', `${search}/`],
  ])('refuses %s, naming the nearest key', (key, nearest) => {
    const error = refusal(`labelSelector=${key}=1`);
    expect(error.reason).toBe('BadRequest');
    expect(error.message).toContain(`unknown search label "${key}"; did you mean ${nearest}`);
  });

  it('refuses to forward', () => {
    expect(refusal(`labelSelector=${search}/forward=true`).message).toContain('not available');
    expect(refusal(`labelSelector=${search}/forward`).message).toContain('not available');
  });

  it('has an end', () => {
    const many = Array.from({ length: 251 }, (_, index) => `k${index}`);
    expect(refusal(`labelSelector=${many.join(',')}`).message).toBe('at most 250 requirements, found 251');
    expect(options(`labelSelector=${many.slice(1).join(',')}`).labelSelector).toHaveLength(250);
  });
});

describe('fieldSelector', () => {
  it('is the enhanced grammar', () => {
    expect(options('fieldSelector=spec.containers[].image=nginx,.status.phase!=Running')).toEqual({
      fieldSelector: [
        {
          path: [{ key: 'spec' }, { key: 'containers', list: 'any' }, { key: 'image' }],
          operator: 'in',
          values: ['nginx'],
        },
        { path: [{ key: 'status' }, { key: 'phase' }], operator: 'notIn', values: ['Running'] },
      ],
    });
  });

  it('names itself when it is malformed', () => {
    expect(refusal('fieldSelector=x>abc')).toMatchObject({ reason: 'BadRequest', field: 'fieldSelector' });
    expect(refusal('fieldSelector=a b').message).toBe(
      "fieldSelector: unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
    );
  });
});

describe('orderby', () => {
  const column = (name: string, descending = false) => ({ by: { column: name }, descending });
  const path = (keys: readonly object[], descending = false) => ({ by: { path: keys }, descending });

  it.each(['cluster', 'namespace', 'name', 'created_at', 'resource_version', 'uid', 'kind', 'synced_at'])(
    'knows the column %s on both channels',
    (name) => {
      expect(options(`orderby=${name}`)).toEqual({ orderBy: [column(name)] });
      expect(options(`orderby=${name} desc`)).toEqual({ orderBy: [column(name, true)] });
      expect(fromLabels(`orderby=${name}`)).toEqual({ orderBy: [column(name)] });
      expect(fromLabels(`orderby=${name}_desc`)).toEqual({ orderBy: [column(name, true)] });
    },
  );

  it.each([
    ['namespace,name', [column('namespace'), column('name')]],
    [' namespace desc , name ', [column('namespace', true), column('name')]],
    ['name,name desc,uid', [column('name'), column('uid')]],
    ['spec.replicas desc', [path([{ key: 'spec' }, { key: 'replicas' }], true)]],
    ['.spec.replicas', [path([{ key: 'spec' }, { key: 'replicas' }])]],
    ['.name', [path([{ key: 'name' }])]],
    ['type', [path([{ key: 'type' }])]],
    ['spec.containers[0].image', [path([{ key: 'spec' }, { key: 'containers', list: 0 }, { key: 'image' }])]],
    [
      "metadata.annotations['a,b c'] desc,name",
      [path([{ key: 'metadata' }, { key: 'annotations' }, { key: 'a,b c' }], true), column('name')],
    ],
    ['metadata.labels."x.io/y"', [path([{ key: 'metadata' }, { key: 'labels' }, { key: 'x.io/y' }])]],
  ])('in the URL %j', (value, expected) => {
    expect(options(`orderby=${value}`)).toEqual({ orderBy: expected });
  });

  it.each([
    ['orderby in (namespace,created_at_desc,name)', [column('namespace'), column('created_at', true), column('name')]],
    ['orderby in (name,namespace)', [column('name'), column('namespace')]],
    ['orderby=spec.replicas_desc', [path([{ key: 'spec' }, { key: 'replicas' }], true)]],
  ])('as a label %j', (requirement, expected) => {
    expect(fromLabels(requirement)).toEqual({ orderBy: expected });
  });

  it('as several labels keeps their order', () => {
    expect(fromLabels('orderby=name', 'limit=5', 'orderby=cluster_desc')).toMatchObject({
      orderBy: [column('name'), column('cluster', true)],
    });
  });

  it('without a value says nothing', () => {
    expect(options('orderby=')).toEqual({});
    expect(fromLabels('orderby=')).toEqual({});
  });

  it('in the URL wins over the label', () => {
    expect(options(`orderby=name&labelSelector=${search}/orderby=cluster`)).toEqual({ orderBy: [column('name')] });
  });

  it.each([
    ['name foo', 'expected "field" (ascending) or "field desc"'],
    ['name asc', 'expected "field" (ascending) or "field desc"'],
    ['name DESC', 'expected "field" (ascending) or "field desc"'],
    ['name  desc', 'expected "field" (ascending) or "field desc"'],
    ['name desc desc', 'expected "field" (ascending) or "field desc"'],
    ['name,', 'a field is expected before and after each comma'],
    [',name', 'a field is expected before and after each comma'],
    ['spec.containers[].image', 'choose an element with an index, as in spec.containers[0].image'],
    ['spec.containers[0]', 'the last field must not be a list'],
    ['nmae', 'did you mean name?'],
    ['Name', 'did you mean name?'],
    ['createdAt', 'did you mean created_at?'],
    ['created', 'did you mean created_at?'],
    ['owner_uid', 'is no field to order by'],
    ["json_extract(object,'$.x')", 'orderby: '],
    ['name;drop', 'orderby: '],
    ['1=1', 'orderby: '],
    ["metadata.labels['a", 'never closed'],
    [Array.from({ length: 33 }, (_, index) => `.a${index}`).join(), 'at most 32 fields'],
  ])('refuses %j', (value, message) => {
    const error = refusal(`orderby=${value}`);
    expect(error.reason).toBe('BadRequest');
    expect(error.message).toContain(message);
  });

  it.each(['orderby!=name', 'orderby notin (name)', 'orderby', 'orderby>1', 'orderby=nmae'])(
    'refuses the label %j',
    (requirement) => {
      expect(refusal(`labelSelector=${search}/${requirement}`).reason).toBe('BadRequest');
    },
  );
});
