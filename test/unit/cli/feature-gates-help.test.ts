import { describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { addStorageOptions } from '../../../src/cli/storage-options.js';
import { defaultFeatureGates } from '../../../src/query/feature-gates.js';

describe('the help of --feature-gates', () => {
  const command = new Command();
  addStorageOptions(command);
  const option = command.options.find(({ long }) => long === '--feature-gates');

  it.each(Object.keys(defaultFeatureGates))('names %s', (gate) => {
    expect(option?.description).toContain(gate);
  });
});
