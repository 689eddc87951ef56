import { describe, expect, it } from '@jest/globals';
import { fromLabels, options, refusal, search } from './parse.js';

const one = { clusters: { in: ['cluster-1'] } };
const cluster = 'clusters=cluster-1';

describe('owner', () => {
  it.each([
    [`${cluster}&ownerUID=U`, { uid: 'U', seniority: 0 }],
    [`${cluster}&ownerUID=U&ownerSeniority=1`, { uid: 'U', seniority: 1 }],
    [`${cluster}&ownerName=N`, { name: 'N', seniority: 0 }],
    [`${cluster}&ownerUID=U&ownerName=N`, { uid: 'U', seniority: 0 }],
    [`${cluster}&ownerUID=U&ownerName=N&ownerGR=pods`, { uid: 'U', seniority: 0 }],
    [
      `${cluster}&ownerName=N&ownerGR=deployments.apps`,
      { name: 'N', groupResource: { group: 'apps', resource: 'deployments' }, seniority: 0 },
    ],
    [
      `${cluster}&ownerName=N&ownerGR=nodes`,
      { name: 'N', groupResource: { group: '', resource: 'nodes' }, seniority: 0 },
    ],
    [
      `${cluster}&ownerName=N&ownerGR=a.b.c&ownerSeniority=10`,
      { name: 'N', groupResource: { group: 'b.c', resource: 'a' }, seniority: 10 },
    ],
    [`${cluster}&ownerGR=deployments.apps&ownerSeniority=1`, undefined],
    [`${cluster}&ownerUID=&ownerName=&ownerGR=&ownerSeniority=`, undefined],
  ])('of %s', (query, owner) => {
    expect(options(query)).toEqual({ ...one, ...(owner && { owner }) });
  });

  it('goes with namespaces', () => {
    expect(options(`${cluster}&namespaces=ns-1,ns-2&ownerUID=U&ownerSeniority=1`)).toEqual({
      ...one,
      namespaces: { in: ['ns-1', 'ns-2'] },
      owner: { uid: 'U', seniority: 1 },
    });
  });

  it('as labels', () => {
    const labels = ['clusters=cluster-1', 'owner-name=N', 'owner-gr=deployments.apps', 'owner-seniority=1'];
    expect(fromLabels(...labels)).toEqual({
      ...one,
      owner: { name: 'N', groupResource: { group: 'apps', resource: 'deployments' }, seniority: 1 },
    });
    expect(fromLabels('clusters=cluster-1', 'owner-uid=U')).toEqual({ ...one, owner: { uid: 'U', seniority: 0 } });
    expect(fromLabels('clusters=cluster-1', 'owner-uid=U', 'owner-uid in (U)')).toMatchObject({ owner: { uid: 'U' } });
  });

  it('in the URL wins over labels, but a seniority of 0 leaves it to them', () => {
    const labels = `labelSelector=${search}/owner-uid=L,${search}/owner-seniority=2`;
    expect(options(`${cluster}&ownerUID=U&ownerSeniority=1&${labels}`)).toMatchObject({
      owner: { uid: 'U', seniority: 1 },
    });
    expect(options(`${cluster}&ownerUID=U&ownerSeniority=0&${labels}`)).toMatchObject({
      owner: { uid: 'U', seniority: 2 },
    });
  });

  it.each(['ownerUID=U', 'ownerName=N'])('%s needs exactly one cluster', (query) => {
    const message = 'a search by owner needs exactly one cluster';
    expect(refusal(query)).toMatchObject({ reason: 'BadRequest', message: expect.stringContaining(message) });
    expect(refusal(`${query}&clusters=c1,c2`).message).toContain(`${message}, found 2`);
    expect(refusal(`${query}&labelSelector=${search}/clusters!=c1`).message).toContain(message);
    expect(options(`${query}&clusters=c1,c2`, { cluster: 'c1' })).toMatchObject({ clusters: { in: ['c1'] } });
    expect(options(`${query}&clusters=c1,c1`)).toMatchObject({ clusters: { in: ['c1'] } });
  });

  it.each(['-1', '11', '99999999999'])('refuses the seniority %s', (value) => {
    expect(refusal(`ownerSeniority=${value}`).message).toContain('ownerSeniority: a seniority is 0 (the parent) to 10');
  });

  it.each(['x', '1.5', ' 1'])('refuses the seniority %j, which is none', (value) => {
    expect(refusal(`ownerSeniority=${value}`)).toMatchObject({
      reason: 'BadRequest',
      message: `ownerSeniority: strconv.ParseInt: parsing "${value}": invalid syntax`,
    });
    expect(refusal(`labelSelector=${search}/owner-seniority=x`).message).toContain('strconv.ParseInt: parsing "x"');
  });

  it('refuses a group without a resource', () => {
    expect(refusal('ownerGR=.apps').message).toContain('expected resource or resource.group');
  });

  it.each(['owner-uid', 'owner-name', 'owner-gr', 'owner-seniority'])(
    'the label %s takes exactly one value',
    (label) => {
      expect(refusal(`labelSelector=${search}/${label} in (1,2)`).message).toContain(
        'exactly one value is expected, found 1, 2',
      );
      expect(refusal(`labelSelector=${search}/${label}=1,${search}/${label}=2`).message).toContain('exactly one value');
      expect(refusal(`labelSelector=${search}/${label}!=1`).message).toContain('it can only be set');
      expect(refusal(`labelSelector=${search}/${label}`).message).toContain('it can only be set');
    },
  );
});
