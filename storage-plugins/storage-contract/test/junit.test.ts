import { describe, expect, it } from '@jest/globals';
import { formatJunit, junitSuites } from '../src/conformance/index.js';

describe('JUnit XML', () => {
  it('counts, names and times every case', () => {
    const xml = formatJunit('example 1.0', [
      {
        name: 'get',
        cases: [
          { name: 'one', outcome: 'passed', seconds: 0.25 },
          { name: 'two', outcome: 'skipped', seconds: 0, reason: 'it has no "watch"' },
        ],
      },
    ]);
    expect(xml.split('\n')).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites name="example 1.0" tests="2" failures="0" skipped="1" time="0.250">',
      '  <testsuite name="get" tests="2" failures="0" skipped="1" time="0.250">',
      '    <testcase classname="example 1.0: get" name="one" time="0.250"/>',
      '    <testcase classname="example 1.0: get" name="two" time="0.000"><skipped message="it has no &quot;watch&quot;"/></testcase>',
      '  </testsuite>',
      '</testsuites>',
      '',
    ]);
  });

  it('survives whatever an error says', () => {
    const error = new Error('<a> & "b"\u0000\u001b[31m\ud800 🦉\nnext');
    error.stack = ']]> \ufffe';
    const xml = formatJunit('x', [{ name: 'y', cases: [{ name: 'z', outcome: 'failed', seconds: 1, error }] }]);
    expect(xml).toContain('<failure message="&lt;a&gt; &amp; &quot;b&quot;\ufffd\ufffd[31m\ufffd 🦉&#10;next">');
    expect(xml).toContain('>]]&gt; \ufffd</failure>');
  });

  it('has a failure for a named skip that matches no case', () => {
    const skips = { skippedByCapability: [], skippedByName: [], unknownSkips: ['no such case'] };
    const suites = junitSuites({ storage: 's', seed: 1, cases: [], passed: [], failed: [], ...skips });
    expect(formatJunit('s', suites)).toContain('no case of the kit: no such case');
  });
});
