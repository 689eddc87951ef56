import { describe, expect, it } from '@jest/globals';
import { options, refusal } from './parse.js';

const json = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');

describe('raw query', () => {
  it.each([
    ['whereSQLStatement=a = 1', { statement: 'a = 1', parameters: [] }],
    ['whereSQLStatement=a = ?&whereSQLParam=x', { statement: 'a = ?', parameters: ['x'] }],
    [
      'whereSQLStatement=a = ? OR b = ?&whereSQLParam=x&whereSQLParam=y',
      { statement: 'a = ? OR b = ?', parameters: ['x', 'y'] },
    ],
    ['whereSQLStatement=a = ?&whereSQLParam=', { statement: 'a = ?', parameters: [''] }],
    [
      `whereSQLStatement=a IN ? AND b = ?&whereSQLJSONParams=${json([['x', 1, null], true])}`,
      { statement: 'a IN ? AND b = ?', parameters: [['x', 1, null], true] },
    ],
    [
      `whereSQLStatement=a = ?&whereSQLJSONParams=${json([1])}&whereSQLJSONParams=${json([2])}`,
      { statement: 'a = ?', parameters: [1] },
    ],
    [
      `whereSQLStatement=a = ?&whereSQLParam=x&whereSQLParam=y&whereSQLJSONParams=${json(['z'])}`,
      { statement: 'a = ?', parameters: ['z'] },
    ],
    [`whereSQLStatement=a = 1&whereSQLJSONParams=${json([])}`, { statement: 'a = 1', parameters: [] }],
    [
      "whereSQLStatement=a = 'it''s; (not) -- a ? comment, select'",
      { statement: "a = 'it''s; (not) -- a ? comment, select'", parameters: [] },
    ],
    ['whereSQLStatement="union" = `select`', { statement: '"union" = `select`', parameters: [] }],
    [
      "whereSQLStatement=object ->> '$.spec.x' = ? AND (selected OR with_x)&whereSQLParam=x",
      { statement: "object ->> '$.spec.x' = ? AND (selected OR with_x)", parameters: ['x'] },
    ],
    ['whereSQLStatement=a::int > - 1', { statement: 'a::int > - 1', parameters: [] }],
  ])('%s', (query, rawQuery) => {
    expect(options(query)).toEqual({ rawQuery });
  });

  it.each(['whereSQL=', 'whereSQLStatement=', 'whereSQLJSONParams='])('%s says nothing', (query) => {
    expect(options(query)).toEqual({});
  });

  it('goes with other conditions', () => {
    expect(options('names=a&whereSQLStatement=b')).toEqual({
      names: { in: ['a'] },
      rawQuery: { statement: 'b', parameters: [] },
    });
  });

  it.each([
    ['whereSQL=test_column = ?', 'whereSQL', 'use whereSQLStatement'],
    ['whereSQL=a&whereSQLStatement=b', 'whereSQL', 'use whereSQLStatement'],
    ['whereSQLParam=x', 'whereSQLStatement', 'whereSQLParam needs a whereSQLStatement'],
    [`whereSQLJSONParams=${json([1])}`, 'whereSQLStatement', 'whereSQLJSONParams needs a whereSQLStatement'],
    ['whereSQLStatement=a = ?&whereSQLJSONParams=A===', 'whereSQLJSONParams', 'base64'],
    ['whereSQLStatement=a = ?&whereSQLJSONParams=not base64', 'whereSQLJSONParams', 'base64'],
    [`whereSQLStatement=a = ?&whereSQLJSONParams=${json('invalid-json')}`, 'whereSQLJSONParams', 'no JSON'],
    [`whereSQLStatement=a = ?&whereSQLJSONParams=${json({})}`, 'whereSQLJSONParams', 'a JSON array'],
    [`whereSQLStatement=a = ?&whereSQLJSONParams=${json('1')}`, 'whereSQLJSONParams', 'a JSON array'],
    [`whereSQLStatement=a = ?&whereSQLJSONParams=${json([{}])}`, 'whereSQLJSONParams', 'an array of these'],
    [`whereSQLStatement=a = ?&whereSQLJSONParams=${json([[['x']]])}`, 'whereSQLJSONParams', 'an array of these'],
    [
      `whereSQLStatement=a = ?&whereSQLJSONParams=${json('[12345678901234567890]')}`,
      'whereSQLJSONParams',
      'give it as a string',
    ],
    [`whereSQLStatement=a = ?&whereSQLJSONParams=${json('[1e999]')}`, 'whereSQLJSONParams', 'give it as a string'],
    ['whereSQLStatement=a = ?', 'whereSQLStatement', 'has 1 placeholders (?) but 0 parameters'],
    ['whereSQLStatement=a = 1&whereSQLParam=x', 'whereSQLStatement', 'has 0 placeholders (?) but 1 parameters'],
    [`whereSQLStatement=a IN ?&whereSQLJSONParams=${json(['x', 'y'])}`, 'whereSQLStatement', 'has 1 placeholders'],
  ])('refuses %s', (query, field, message) => {
    const error = refusal(query);
    expect(error).toMatchObject({ reason: 'Invalid', field });
    expect(error.message).toContain(message);
    expect(error.toStatus()).toMatchObject({
      code: 422,
      details: { kind: 'ListOptions', name: 'urlQuery', causes: [{ field }] },
    });
  });

  it.each([
    ['   ', 'a condition is expected'],
    ['a = 1) OR (1 = 1', 'closed that was never opened'],
    ['(a = 1', 'never closed'],
    ["a = ')' OR b = 1)", 'closed that was never opened'],
    ['a; DROP TABLE x', 'a second statement'],
    ['a = 1 -- x', 'a comment (--)'],
    ['a = 1 /* x */', 'a comment (/*)'],
    ['a = 1 # x', 'a comment in MySQL'],
    ['a IN (SELECT 1)', 'the word SELECT'],
    ['a IN (sElEcT 1)', 'the word sElEcT'],
    ['a IN (WITH b AS (1))', 'the word WITH'],
    ['PRAGMA x', 'the word PRAGMA'],
    ['attach x', 'the word attach'],
    ['1union', 'the word union'],
    ['a IN (TABLE b)', 'the word TABLE'],
    ['a IN (VALUES (1))', 'the word VALUES'],
    ["a = 'x", "the quote ' is never closed"],
    ['a = "x', 'the quote " is never closed'],
    ["a = 'x\\' OR b = 1 -- '", 'a backslash in quotes'],
    ['a = \\1', 'an escape in MySQL'],
    ["[a'b] = 1 OR [c'd] = 1", 'a quoted name in SQLite'],
    ['a = $$x$$', 'a quote in PostgreSQL'],
    ['a = $1', 'a quote in PostgreSQL'],
    ['a = ?1', 'without a number'],
    ['a = :name', 'the named parameter'],
    ['a = @name', 'the named parameter'],
    ['a = @@version', 'the named parameter'],
    ['a = 1\0', 'the end of a text'],
  ])('refuses the statement %j', (statement, message) => {
    const error = refusal(`whereSQLStatement=${statement}`);
    expect(error).toMatchObject({ reason: 'Invalid', field: 'whereSQLStatement' });
    expect(error.message).toContain(message);
  });

  it.each(['whereSQLStatement=a', 'whereSQLParam=a', `whereSQLJSONParams=${json([1])}`])(
    'is switched off without its gate: %s',
    (query) => {
      const error = refusal(query, { gates: { RemainingItemCount: false, AllowParameterizedSQLQuery: false } });
      expect(error.reason).toBe('Invalid');
      expect(error.message).toContain('--feature-gates AllowParameterizedSQLQuery=true');
    },
  );
});
