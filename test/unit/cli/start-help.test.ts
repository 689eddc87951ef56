import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createProgram } from '../../../src/cli/program.js';
import { repositoryRoot } from '../../support/clusterdex.js';

const start = (...parameters: string[]) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(repositoryRoot, 'hack', 'start.mjs'), ...parameters],
    // A server would not end by itself.
    { encoding: 'utf8', timeout: 20_000, env: { ...process.env, CLUSTERDEX_INSECURE_PORT: '0' } },
  );
  return { status, stdout, stderr };
};

describe('npm start', () => {
  it.each(['--help', '-h'])('says with %s what it does, and starts nothing', (flag) => {
    expect(start(flag)).toEqual({ status: 0, stdout: expect.stringMatching(/^Usage: npm start\n/), stderr: '' });
  });

  it('starts nothing with arguments that it does not take', () => {
    expect(start('--secure-port', '8643')).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^npm start takes no arguments, found --secure-port\n/),
    });
  });
});

describe('what a command prints of itself', () => {
  const commands = createProgram().commands;

  it.each(commands.map((command) => [command.name(), command] as const))(
    '%s has no hole in its examples',
    (_, command) => {
      let text = '';
      command.configureOutput({
        writeOut: (part) => {
          text += part;
        },
      });
      command.outputHelp();
      const [, examples = ''] = text.split('\nExamples:\n');
      const [lines = ''] = examples.split(/\n\n(?! )/);
      expect(lines).not.toMatch(/\n\n/);
    },
  );
});
