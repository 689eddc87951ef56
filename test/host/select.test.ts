import { describe, expect, it } from '@jest/globals';
import { compareVersions } from '../../src/plugin-host/compare-versions.js';
import { discoverPlugins } from '../../src/plugin-host/discover.js';
import { negotiate } from '../../src/plugin-host/negotiate.js';
import { PluginError } from '../../src/plugin-host/plugin-error.js';
import { selectPlugin } from '../../src/plugin-host/select.js';
import { broken, good } from './plugin-fixtures.js';

const rows = await discoverPlugins([good, broken, '/a/folder/that/is/not/there']);

function refusal(wanted: string): PluginError {
  try {
    selectPlugin(rows, wanted);
  } catch (error) {
    if (error instanceof PluginError) return error;
    throw error;
  }
  throw new Error(`${wanted} was selected`);
}

describe('a contract', () => {
  const cases: [contract: string, spoken: string[], speaks: boolean][] = [
    ['1.0', ['1.0'], true],
    ['1.2', ['1.3'], true],
    ['1.4', ['1.3'], false],
    ['0.9', ['1.3'], false],
    ['2.0', ['1.3'], false],
    ['1.9', ['1.9', '2.1'], true],
    ['2.1', ['1.9', '2.1'], true],
    ['1.10', ['1.9'], false],
    ['0.9', ['1.0', '0.9'], true],
    ['0.8', ['1.0', '0.9'], false],
    ['0.10', ['1.0', '0.9'], false],
  ];
  it.each(cases)('%s with a host of %j: %s', (contract, spoken, speaks) => {
    expect(negotiate(contract, spoken) === undefined).toBe(speaks);
  });

  it('that is not spoken is told with what is, and with what would do', () => {
    expect(negotiate('1.4', ['1.3'])).toMatch(
      /contract 1\.4, this host speaks 1\.0 to 1\.3: it needs a host that speaks contract 1\.4/,
    );
  });
});

describe('versions', () => {
  it('are ordered as semver.org orders them', () => {
    const ordered = [
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.2.0',
      '1.10.0',
    ];
    expect([...ordered].reverse().sort(compareVersions)).toEqual(ordered);
    expect(compareVersions('1.0.0+a', '1.0.0+b')).toBe(0);
  });
});

describe('a name', () => {
  it.each([
    ['many', '1.10.0'],
    ['many-storage', '1.10.0'],
    ['many@1', '1.10.0'],
    ['many@1.2', '1.2.0'],
    ['many-storage@1.2.0', '1.2.0'],
    ['@acme/import-only-storage', '1.0.0'],
    ['import-only', '1.0.0'],
    ['single', '0.3.0'],
  ])('%s selects version %s', (wanted, version) => {
    expect(selectPlugin(rows, wanted).version).toBe(version);
  });

  it('that nothing has is answered with what there is, the nearest, and the folders that could not be searched', () => {
    const error = refusal('twim');
    expect(error.code).toBe('NOT_FOUND');
    expect(error.message).toMatch(/"twim" not found; installed: .*common.*twin.*; did you mean twin\?/);
    expect(error.message).toMatch(/- \/a\/folder\/that\/is\/not\/there: .*ENOENT/);
  });

  it('of an incompatible plugin is answered with what it wants and what the host speaks', () => {
    const error = refusal('newer');
    expect(error.code).toBe('INCOMPATIBLE');
    expect(error.violations).toEqual([expect.stringMatching(/contract 1\.7, this host speaks 1\.0/)]);
  });

  it('pinned to an incompatible version is answered with the versions that would do', () => {
    expect(refusal('many@2').message).toMatch(/no version 2 is usable; these are: 1\.10\.0, 1\.2\.0/);
    expect(refusal('many@1.1').message).toContain('these are: 1.10.0, 1.2.0');
  });

  it('of a broken plugin is answered with all that is wrong', () => {
    const error = refusal('bad-manifest');
    expect(error.code).toBe('BROKEN');
    expect(error.message).toMatch(/clusterdex\/kind.*clusterdex\/contract/);
  });
});
