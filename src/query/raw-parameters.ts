import { defineParameter } from './parameter.js';
import { parseText } from './simple-values.js';

const gated = 'Needs `--feature-gates AllowParameterizedSQLQuery=true` and a storage that speaks SQL; 422 otherwise.';

export const rawParameters = Object.freeze([
  defineParameter({
    name: 'parameterised where',
    member: 'whereSQLStatement',
    url: ['whereSQLStatement'],
    grammar: 'a condition in SQL with `?` for each parameter; no sub-selects, comments, brackets, backslashes or `;`',
    description: `A condition in addition to all others. ${gated}`,
    examples: ['whereSQLStatement=namespace = ? AND created_at IS NOT NULL&whereSQLParam=shop'],
    scope: 'list',
    fromUrl: parseText,
  }),
  defineParameter({
    name: 'parameters of it',
    member: 'whereSQLParam',
    url: ['whereSQLParam'],
    grammar: 'any text; once for each `?`',
    description: 'The parameters of whereSQLStatement, as strings.',
    examples: ['whereSQLStatement=name IN (?, ?)&whereSQLParam=web&whereSQLParam=db'],
    scope: 'list',
    repeatable: true,
    fromUrl: (value, previous = []) => [...previous, value],
  }),
  defineParameter({
    name: 'parameters of it, as JSON',
    member: 'whereSQLJSONParams',
    url: ['whereSQLJSONParams'],
    grammar: 'standard base64 of a JSON array of strings, numbers, booleans, nulls and arrays of these (for `IN ?`)',
    description: 'The same, of any sort. Wins over whereSQLParam.',
    examples: ['whereSQLStatement=name IN ?&whereSQLJSONParams=W1sid2ViIiwiZGIiXV0='],
    scope: 'list',
    fromUrl: parseText,
  }),
  defineParameter({
    name: 'raw where',
    member: 'whereSQL',
    url: ['whereSQL'],
    grammar: 'SQL',
    description: 'Not available: 422. Use whereSQLStatement.',
    examples: [],
    scope: 'list',
    fromUrl: parseText,
  }),
]);
