import { describe, expect, it } from '@jest/globals';
import { fromLabels, options, refusal, search } from './parse.js';

describe.each(['clusters', 'namespaces', 'names'] as const)('%s', (member) => {
  it.each([
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    [' a,b ', ['a', 'b']],
    ['a, b', ['a', ' b']],
    ['a,,b', ['a', '', 'b']],
    ['a,a', ['a']],
  ])('in the URL %j selects', (value, expected) => {
    expect(options(`${member}=${value}`)).toEqual({ [member]: { in: expected } });
  });

  it.each(['', '  '])('in the URL %j says nothing', (value) => {
    expect(options(`${member}=${value}`)).toEqual({});
    expect(options(`${member}=${value}&labelSelector=${search}/${member}=a`)).toEqual({ [member]: { in: ['a'] } });
  });

  it.each([
    ['=a', { in: ['a'] }],
    ['==a', { in: ['a'] }],
    [' in (a,b)', { in: ['a', 'b'] }],
    ['!=a', { notIn: ['a'] }],
    [' notin (a,b)', { notIn: ['a', 'b'] }],
    ['=', { in: [''] }],
  ])('as a label with %j', (requirement, expected) => {
    expect(fromLabels(`${member}${requirement}`)).toEqual({ [member]: expected });
  });

  it('as several labels has to fulfil all', () => {
    expect(fromLabels(`${member} in (a,b,c)`, `${member} in (c,b,d)`)).toEqual({ [member]: { in: ['b', 'c'] } });
    expect(fromLabels(`${member} in (a,b)`, `${member}!=a`)).toEqual({ [member]: { in: ['b'] } });
    expect(fromLabels(`${member}!=a`, `${member} notin (b,a)`)).toEqual({ [member]: { notIn: ['a', 'b'] } });
    expect(fromLabels(`${member}=a`, `${member}=b`)).toEqual({ [member]: { in: [] } });
  });

  it.each(['', '>1', '<1'])('as a label with the operator %j is refused', (operator) => {
    expect(refusal(`labelSelector=${search}/${member}${operator}`)).toMatchObject({
      reason: 'BadRequest',
      message: expect.stringContaining(`${search}/${member}: values are expected`),
    });
    expect(refusal(`labelSelector=!${search}/${member}`).reason).toBe('BadRequest');
  });

  it('in the URL wins over labels as a whole', () => {
    const labels = `labelSelector=${search}/${member} in (b,c),${search}/${member}!=a`;
    expect(options(`${member}=a&${labels}`)).toEqual({ [member]: { in: ['a'] } });
    expect(options(`${labels}&${member}=a`)).toEqual({ [member]: { in: ['a'] } });
  });
});

describe('the path', () => {
  it('wins over both channels', () => {
    const path = { cluster: 'path-cluster', namespace: 'path-namespace' };
    const expected = { clusters: { in: ['path-cluster'] }, namespaces: { in: ['path-namespace'] } };
    expect(options('', path)).toEqual(expected);
    expect(options('clusters=a,b&namespaces=c', path)).toEqual(expected);
    const labels = `${search}/clusters notin (path-cluster),${search}/namespaces=c`;
    expect(options(`labelSelector=${labels}`, path)).toEqual(expected);
  });
});

describe('fuzzy name', () => {
  it.each([
    ['web', { in: ['web'] }],
    [' web , api ', { in: ['web', 'api'] }],
    ['%,_', { in: ['%', '_'] }],
    ['web,,web', { in: ['web'] }],
  ])('in the URL %j', (value, expected) => {
    expect(options(`fuzzyName=${value}`)).toEqual({ fuzzyNames: expected });
  });

  it.each(['', ' , '])('in the URL %j says nothing', (value) => {
    expect(options(`fuzzyName=${value}`)).toEqual({});
  });

  describe.each([`${search}/fuzzy-name`, 'internalstorage.clusterpedia.io/fuzzy-name'])('as %s', (key) => {
    it.each([
      ['=web', { in: ['web'] }],
      [' in (web,api)', { in: ['web', 'api'] }],
      ['!=web', { notIn: ['web'] }],
      [' notin (web,api)', { notIn: ['web', 'api'] }],
    ])('with %j', (requirement, expected) => {
      expect(options(`labelSelector=${key}${requirement}`)).toEqual({ fuzzyNames: expected });
    });

    it('with no value says nothing', () => {
      expect(options(`labelSelector=${key}=`)).toEqual({});
    });

    it('is known to every storage', () => {
      expect(options(`labelSelector=${key}=web`, { storageName: 'memory' })).toEqual({ fuzzyNames: { in: ['web'] } });
    });
  });

  it('selects and excludes at once', () => {
    expect(fromLabels('fuzzy-name in (web,api)', 'fuzzy-name!=test')).toEqual({
      fuzzyNames: { in: ['web', 'api'], notIn: ['test'] },
    });
  });

  it('is refused when two requirements would each have to hold', () => {
    const both = `${search}/fuzzy-name=web,internalstorage.clusterpedia.io/fuzzy-name=api`;
    expect(refusal(`labelSelector=${both}`).message).toContain('one requirement is expected');
    expect(fromLabels('fuzzy-name in (a,b)', 'fuzzy-name in (b,a)')).toEqual({ fuzzyNames: { in: ['a', 'b'] } });
  });

  it('is refused as exists', () => {
    expect(refusal(`labelSelector=${search}/fuzzy-name`).reason).toBe('BadRequest');
  });
});
