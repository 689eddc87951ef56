import { describe, expect, it } from '@jest/globals';
import { selectableFieldsOf } from '../../../src/kube/selectable-fields.js';
import { intersectNames } from '../../../src/query/resolve-fields.js';
import { options, parse } from './parse.js';

const pods = { selectableFields: selectableFieldsOf({ group: '', resource: 'pods' }) };
const events = { selectableFields: selectableFieldsOf({ group: '', resource: 'events' }) };
const path = (...keys: string[]) => keys.map((key) => ({ key }));

describe('a field selector', () => {
  it('leaves names and namespaces to what a storage knows without a look into objects', () => {
    expect(options('fieldSelector=metadata.name=a,.metadata.namespace!=b')).toEqual({
      names: { in: ['a'] },
      namespaces: { notIn: ['b'] },
    });
    expect(options('fieldSelector=metadata.name=a,metadata.name in (b,a)&names=a,c', { namespace: 'n' })).toEqual({
      names: { in: ['a'] },
      namespaces: { in: ['n'] },
    });
    expect(options('fieldSelector=metadata.namespace=b', { namespace: 'n' })).toEqual({ namespaces: { in: [] } });
    expect(options('fieldSelector=!metadata.namespace')).toHaveProperty('fieldSelector');
  });

  it('says what counts where a field is empty, if that can make a difference', () => {
    expect(options('fieldSelector=spec.nodeName=a', pods).fieldSelector).toEqual([
      { path: path('spec', 'nodeName'), operator: 'in', values: ['a'] },
    ]);
    expect(options('fieldSelector=spec.host!=', pods).fieldSelector).toEqual([
      { path: path('spec', 'nodeName'), operator: 'notIn', values: [''], whenEmpty: '' },
    ]);
    expect(options('fieldSelector=spec.hostNetwork in (false)', pods).fieldSelector).toEqual([
      { path: path('spec', 'hostNetwork'), operator: 'in', values: ['false'], whenEmpty: 'false' },
    ]);
    expect(options('fieldSelector=source=kubelet,!source', events).fieldSelector).toEqual([
      { path: path('source', 'component'), operator: 'in', values: ['kubelet'], whenEmpty: path('reportingComponent') },
      { path: path('source', 'component'), operator: 'notExists', values: [] },
    ]);
    expect(options('fieldSelector=spec.nodeName=').fieldSelector).toEqual([
      { path: path('spec', 'nodeName'), operator: 'in', values: [''] },
    ]);
  });

  it('makes another query of another type, for a continue token', () => {
    const query = 'fieldSelector=spec.nodeName=&limit=1';
    const token = parse(query, pods).issueContinue('here');
    expect(parse(`${query}&continue=${token}`, pods).options.start).toEqual({ after: 'here' });
    expect(() => parse(`${query}&continue=${token}`)).toThrow('it belongs to another query');
  });
});

it.each([
  [[], undefined],
  [[undefined, { in: ['a'] }], { in: ['a'] }],
  [[{ in: ['a', 'b'] }, { in: ['b', 'c'] }], { in: ['b'] }],
  [[{ in: ['a'] }, { in: ['b'] }], { in: [] }],
  [[{ in: ['a'] }, { notIn: ['a'] }, { notIn: ['b', 'a'] }], { in: ['a'], notIn: ['a', 'b'] }],
])('all of %j is %j', (filters, all) => {
  expect(intersectNames(filters)).toEqual(all);
});
