import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AuthOptions, resolveAuthSettings } from '../../src/config/auth-settings.js';
import { readTokenFile } from '../../src/config/read-token-file.js';

const here = { isReachable: false, isInCluster: false };
const pod = { isReachable: true, isInCluster: true };

describe('flags for authentication', () => {
  it('none are needed on a loopback address, in a cluster neither', () => {
    expect(resolveAuthSettings({}, here)).toBeUndefined();
    expect(resolveAuthSettings({}, { ...pod, isReachable: false })).toBeUndefined();
  });

  it('beyond loopback the cluster that the process runs in is asked, unless everybody is let in', () => {
    expect(resolveAuthSettings({}, pod)).toMatchObject({
      authentication: { kubeconfig: undefined, skipLookup: false, tokenLifetime: 10_000 },
      authorization: { kubeconfig: undefined, authorizedLifetime: 10_000, unauthorizedLifetime: 10_000 },
      anonymous: false,
      alwaysAllowPaths: ['/healthz', '/readyz', '/livez'],
    });
    expect(resolveAuthSettings({ anonymousAuth: true }, pod)).toBeUndefined();
    expect(resolveAuthSettings({ anonymousAuth: 'false' }, pod)).toBeDefined();
  });

  it('rights are reviewed where a host cluster is known, by whichever of them', () => {
    const file = { tokenAuthFile: '/t.csv' };
    expect(resolveAuthSettings(file, here)?.authorization).toBeUndefined();
    expect(resolveAuthSettings({ ...file, authorizationKubeconfig: '/b' }, here)?.authorization?.kubeconfig).toBe('/b');
    const both = { authenticationKubeconfig: '/a', authorizationKubeconfig: '/b' };
    expect(resolveAuthSettings(both, here)?.authorization?.kubeconfig).toBe('/b');
    const { authorizationKubeconfig: _, ...one } = both;
    expect(resolveAuthSettings(one, here)?.authorization?.kubeconfig).toBe('/a');
    expect(resolveAuthSettings({ ...one, authorizationMode: 'AlwaysAllow' }, here)?.authorization).toBeUndefined();
    expect(resolveAuthSettings({ ...file, authorizationMode: 'Webhook' }, pod)?.authorization).toBeDefined();
    // In a cluster whoever is known may not therefore read everything.
    expect(resolveAuthSettings(file, pod)?.authorization).toMatchObject({ kubeconfig: undefined });
    expect(resolveAuthSettings({ clientCaFile: '/ca' }, { ...pod, isReachable: false })?.authorization).toBeDefined();
    expect(resolveAuthSettings({ ...file, authorizationMode: 'AlwaysAllow' }, pod)?.authorization).toBeUndefined();
  });

  it('a front proxy has the headers of a kube-apiserver unless told, in lower case', () => {
    const options = { requestheaderClientCaFile: '/ca', requestheaderUsernameHeaders: 'X-Me, X-Remote-User' };
    expect(resolveAuthSettings(options, here)?.requestHeader).toEqual({
      clientCaFile: '/ca',
      allowedNames: [],
      username: ['x-me', 'x-remote-user'],
      group: ['x-remote-group'],
      uid: ['x-remote-uid'],
      extraPrefixes: ['x-remote-extra-'],
    });
  });

  it.each<[string, AuthOptions, string]>([
    ['headers without an authority', { requestheaderUsernameHeaders: 'X-Me' }, '--requestheader-client-ca-file'],
    ['a header that is none', { requestheaderClientCaFile: '/c', requestheaderGroupHeaders: 'a b' }, '"a b"'],
    ['nobody who could ask', { anonymousAuth: 'false' }, '--anonymous-auth=false leaves nobody'],
    ['rights of nobody', { authorizationMode: 'Webhook' }, 'rights can be reviewed of who is known alone'],
    ['nobody to ask for rights', { clientCaFile: '/c', authorizationMode: 'Webhook' }, '--authorization-kubeconfig'],
    ['a mode that there is not', { clientCaFile: '/c', authorizationMode: 'RBAC' }, 'AlwaysAllow or Webhook'],
    ['what is neither true nor false', { anonymousAuth: 'maybe' }, '--anonymous-auth: expected true or false'],
    [
      'a duration that is none',
      { authenticationKubeconfig: '/k', authenticationTokenWebhookCacheTtl: '10' },
      '--authentication-token-webhook-cache-ttl: expected a duration',
    ],
  ])('refuse %s', (_what, options, message) => {
    expect(() => resolveAuthSettings(options, here)).toThrow(message);
  });
});

describe('a token file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'clusterdex-tokens-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = (text: string) => {
    const file = join(folder, 'tokens.csv');
    writeFileSync(file, text);
    return readTokenFile(file);
  };

  it('has the form of a kube-apiserver', () => {
    const users = read('t1,alice,u1\r\n\n"t,2","b ""o"" b",,"a,b"\nt3,carol,u3,one\n');
    expect([...users]).toEqual([
      ['t1', { name: 'alice', uid: 'u1', groups: [] }],
      ['t,2', { name: 'b "o" b', groups: ['a', 'b'] }],
      ['t3', { name: 'carol', uid: 'u3', groups: ['one'] }],
    ]);
  });

  it.each([
    ['nothing', '\n', 'expected lines of token,user,uid, found none'],
    ['too few fields', 'hidden,alice\n', 'line 1: expected token,user,uid'],
    ['an empty token', 'a,b,c\n,alice,u\n', 'line 2: expected a token'],
    ['a token twice', 'hidden,a,1\nhidden,b,2\n', 'line 2: the token stands there twice'],
    ['a quote without an end', 'a,b,"c\n', 'line 1: a quote has no end'],
  ])('with %s is refused, and no token told', (_what, text, message) => {
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hidden') }));
  });

  it('that is not there is named', () => {
    expect(() => readTokenFile(join(folder, 'missing.csv'))).toThrow('missing.csv');
  });
});
