import { describe, expect, it } from '@jest/globals';
import { createContinueTokens } from '../../../src/query/continue-tokens.js';
import { caught, fromLabels, options, parse, refusal, search } from './parse.js';

describe('limit', () => {
  it.each([
    ['10', { limit: 10 }],
    ['+10', { limit: 10 }],
    ['010', { limit: 10 }],
    ['0', {}],
    ['-1', {}],
    ['-9223372036854775808', {}],
    ['9223372036854775807', { limit: 2147483647 }],
  ])('%s', (value, expected) => {
    expect(options(`limit=${value}`)).toEqual(expected);
  });

  it.each(['', 'abc', '1.5', ' 1'])('refuses %j', (value) => {
    expect(refusal(`limit=${value}`).message).toBe(
      `strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`,
    );
  });

  it.each(['limit', 'size'])('as the label %s', (label) => {
    expect(fromLabels(`${label}=10`)).toEqual({ limit: 10 });
    expect(fromLabels(`${label}=0`)).toEqual({});
    expect(refusal(`labelSelector=${search}/${label}=x`).message).toBe(
      `${search}/${label}: strconv.ParseInt: parsing "x": invalid syntax`,
    );
    expect(refusal(`labelSelector=${search}/${label} in (1,2)`).reason).toBe('BadRequest');
    expect(refusal(`labelSelector=${search}/${label}!=1`).reason).toBe('BadRequest');
  });

  it('has one value, whichever of its labels says it', () => {
    expect(fromLabels('limit=10', 'size=10')).toEqual({ limit: 10 });
    expect(refusal(`labelSelector=${search}/limit=10,${search}/size=20`).message).toContain('exactly one value');
  });

  it('in the URL wins over the label, except 0', () => {
    expect(options(`limit=500&labelSelector=${search}/limit=10`)).toEqual({ limit: 500 });
    expect(options(`limit=0&labelSelector=${search}/limit=10`)).toEqual({ limit: 10 });
    expect(options(`limit=-1&labelSelector=${search}/limit=10`)).toEqual({});
  });
});

describe('showing continue', () => {
  const label = `labelSelector=${search}/limit=10`;

  it.each([
    ['', false],
    ['limit=10', true],
    ['limit=10&withContinue=true', true],
    ['limit=10&withContinue', true],
    ['limit=10&withContinue=false', false],
    [`limit=10&labelSelector=${search}/with-continue=false`, false],
    [label, false],
    [`${label}&withContinue=true`, true],
    [`${label},${search}/with-continue=true`, true],
    [`${label},${search}/with-continue=0`, false],
    ['withContinue=true', false],
    ['limit=0&withContinue=true', false],
    [`limit=10&withContinue=true&labelSelector=${search}/with-continue=false`, true],
  ])('%s: %j', (query, expected) => {
    expect(parse(query).showContinue).toBe(expected);
  });
});

describe('offset', () => {
  it.each([
    ['continue=10', { start: { offset: 10 } }],
    ['continue=0', {}],
    ['continue=', {}],
    ['continue=+5', { start: { offset: 5 } }],
    [`labelSelector=${search}/offset=10`, { start: { offset: 10 } }],
    [`labelSelector=${search}/offset=0`, {}],
    [`continue=5&labelSelector=${search}/offset=10`, { start: { offset: 5 } }],
    [`continue=0&labelSelector=${search}/offset=10`, {}],
    [`continue=&labelSelector=${search}/offset=10`, { start: { offset: 10 } }],
  ])('%s', (query, expected) => {
    expect(options(query)).toEqual(expected);
  });

  it('goes with a limit', () => {
    expect(options('limit=10&continue=1')).toEqual({ limit: 10, start: { offset: 1 } });
  });

  it.each([
    'continue=-1',
    `labelSelector=${search}/offset=1,${search}/offset=2`,
    `labelSelector=${search}/offset=x`,
    'continue=99999999999999999999',
  ])('refuses %s', (query) => {
    expect(refusal(query).reason).toBe('BadRequest');
  });
});

describe('continue', () => {
  const position = '["prod-eu","shop","web é"]';
  const query = `limit=2&namespaces=shop,ci&labelSelector=app=web,${search}/names in (a,b)&orderby=name&fieldSelector=a=1,b=2`;
  const token = parse(query, { scope: 'v1/pods' }).issueContinue(position);

  it('hides the position, and needs no encoding in a URL', () => {
    expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it.each([
    query,
    query.replace('limit=2', 'limit=500'),
    query.replace('limit=2&', ''),
    query.replace('shop,ci', 'ci,shop'),
    query.replace('(a,b)', '(b,a)'),
    query.replace('a=1,b=2', 'b=2,a=1'),
    `${query}&timeoutSeconds=5&pretty=true&resourceVersion=0`,
    `${query}&withRemainingCount=true&withContinue=true&onlyMetadata=true&injectEvents=true`,
    `limit=2&names=a,b&orderby=name&namespaces=shop,ci&fieldSelector=a=1,b=2&labelSelector=app in (web)`,
  ])('goes on with %s', (again) => {
    expect(options(`${again}&continue=${token}`, { scope: 'v1/pods' }).start).toEqual({ after: position });
  });

  it.each([
    [query.replace('shop,ci', 'shop'), 'v1/pods'],
    [query.replace('app=web', 'app=api'), 'v1/pods'],
    [query.replace('app=web', 'app!=web'), 'v1/pods'],
    [query.replace('orderby=name', 'orderby=name desc'), 'v1/pods'],
    [query.replace('a=1', 'a=3'), 'v1/pods'],
    [`${query}&since=2024-05-01`, 'v1/pods'],
    [`${query}&clusters=a`, 'v1/pods'],
    [`${query}&fuzzyName=a`, 'v1/pods'],
    [`${query}&query=a`, 'v1/pods'],
    [query, 'v1/services'],
    ['limit=2', 'v1/pods'],
  ])('belongs to its query and not to %s of %s', (other, scope) => {
    const error = refusal(`${other}&continue=${token}`, { scope });
    expect(error).toMatchObject({ reason: 'BadRequest', field: 'continue' });
    expect(error.message).toContain('it belongs to another query');
  });

  it('belongs to its collection and its types', () => {
    const any = { collection: 'any' };
    const issued = parse('groups=apps,batch&limit=1', any).issueContinue('p');
    expect(options(`groups=batch,apps&continue=${issued}`, any).start).toEqual({ after: 'p' });
    expect(refusal(`groups=apps&continue=${issued}`, any).message).toContain('another query');
    expect(refusal(`continue=${issued}`, { collection: 'workloads' }).message).toContain('another query');
  });

  it('does not survive a change of any character', () => {
    for (let index = 0; index < token.length; index++) {
      const changed = `${token.slice(0, index)}${token[index] === 'x' ? 'y' : 'x'}${token.slice(index + 1)}`;
      const { reason, message } = refusal(`${query}&continue=${changed}`, { scope: 'v1/pods' });
      expect(reason).toBe('BadRequest');
      expect(message).toMatch(/its signature is wrong|it is malformed/);
    }
  });

  it('of another server is refused', () => {
    const strangers = createContinueTokens(new Uint8Array(32).fill(8));
    const { message } = refusal(`${query}&continue=${token}`, { scope: 'v1/pods', continueTokens: strangers });
    expect(message).toContain('its signature is wrong');
  });

  it.each([
    'garbage',
    'eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ',
    '-',
    '=',
    'é',
    `${token}=`,
    ` ${token}`,
    token.slice(0, 20),
    'A'.repeat(60_000),
  ])('is refused as malformed: %#', (text) => {
    expect(refusal(`limit=2&continue=${text}`).message).toContain('it is malformed');
  });

  it('does not go with resourceVersion, as in Kubernetes', () => {
    const more = { scope: 'v1/pods' };
    expect(refusal(`${query}&resourceVersion=5&continue=${token}`, more)).toMatchObject({
      reason: 'BadRequest',
      message: 'specifying resource version is not allowed when using continue',
    });
    expect(
      refusal(`${query}&resourceVersion=5&resourceVersionMatch=NotOlderThan&continue=${token}`, more),
    ).toMatchObject({
      reason: 'Invalid',
      message: 'Forbidden: resourceVersionMatch is forbidden when continue is provided',
    });
  });
});

describe('continue tokens', () => {
  it('need a key that cannot be guessed', () => {
    expect(() => createContinueTokens(new Uint8Array(15))).toThrow(RangeError);
  });

  it.each(['', 'p', '\u0000', '😀'.repeat(1000)])('carry the position %#', (position) => {
    const tokens = createContinueTokens(new Uint8Array(16));
    expect(tokens.read(tokens.issue(position, 'f'), 'f')).toBe(position);
    expect(caught(() => tokens.read(tokens.issue(position, 'f'), 'g')).message).toContain('another query');
  });
});
