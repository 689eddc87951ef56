import { describe, expect, it } from '@jest/globals';
import { fromLabels, options, parse, refusal, search } from './parse.js';

const term = (...words: string[]) => ({ words, prefix: false });

describe('full text', () => {
  it('is read from the URL', () => {
    expect(options('query=nginx -"time out" web*')).toEqual({
      fullText: { required: [[term('nginx')], [{ words: ['web'], prefix: true }]], excluded: [term('time', 'out')] },
    });
  });

  it.each(['', ' ', '\t'])('in the URL %j says nothing, so that a label may', (value) => {
    expect(options(`query=${value}`)).toEqual({});
    expect(options(`query=${value}&labelSelector=${search}/query=a`)).toEqual({
      fullText: { required: [[term('a')]], excluded: [] },
    });
  });

  it('as labels selects one of a set, all of several, and excludes', () => {
    expect(fromLabels('query in (nginx,v1.2)', 'query=OR', 'query!=b-c', 'query notin (d,e)')).toEqual({
      fullText: {
        required: [[term('nginx'), term('v1', '2')], [term('or')]],
        excluded: [term('b', 'c'), term('d'), term('e')],
      },
    });
  });

  it.each([
    ['query=a OR', 'before and behind OR'],
    ['query=*a', 'a * can only end a term'],
    [`labelSelector=${search}/query`, 'values are expected'],
    [`labelSelector=!${search}/query`, 'values are expected'],
    [`labelSelector=${search}/query=`, 'expected a letter or a digit in ""'],
  ])('%s is refused', (query, message) => {
    expect(refusal(query).message).toContain(message);
  });

  it('binds a continue token to what it means, not to how it is written', () => {
    const token = parse('query="a" OR b c -d&limit=1').issueContinue('p');
    expect(parse(`query=C B OR a -D&limit=1&continue=${token}`).options.start).toEqual({ after: 'p' });
    expect(refusal(`query=a b OR c -d&limit=1&continue=${token}`).message).toContain('it belongs to another query');
    expect(refusal(`query=a OR b c* -d&limit=1&continue=${token}`).message).toContain('at least 2');
    expect(refusal(`query=a OR b cc* -d&limit=1&continue=${token}`).message).toContain('it belongs to another query');
  });
});
