import { describe, expect, it } from '@jest/globals';
import { resolveProxySettings } from '../../../src/config/proxy-settings.js';

const open = { isAllowed: true, isReachable: false, isReviewed: false };

function subresources(allowedProxySubresources: string) {
  const settings = resolveProxySettings({ allowedProxySubresources }, open);
  return Object.fromEntries([...(settings?.subresources ?? [])].map(([parent, children]) => [parent, [...children]]));
}

describe('what is passed on to clusters', () => {
  it.each([
    ['', {}],
    ['pods/portforward', { pods: ['portforward'] }],
    ['pods/portfowrd', { pods: ['portforward'] }],
    ['portforward', { pods: ['portforward'] }],
    [' log , pods/exec,', { pods: ['log', 'exec'] }],
    ['proxy', { pods: ['proxy'], nodes: ['proxy'], services: ['proxy'] }],
  ])('are the subresources %j', (text, expected) => {
    expect(subresources(text)).toEqual(expected);
  });

  it.each(['pods/trace', 'foo/portforward', 'pods/log/extra', 'ods/log', '/log'])('are no subresources %j', (text) => {
    expect(() => subresources(text)).toThrow(JSON.stringify(text));
  });

  it('is nothing while the gate is closed, and flags for it are refused then', () => {
    const closed = { ...open, isAllowed: false };
    expect(resolveProxySettings({}, closed)).toBeUndefined();
    for (const [options, flag] of [
      [{ allowedProxySubresources: 'log' }, '--allowed-proxy-subresources'],
      [{ enableProxyPathForForwardRequest: true }, '--enable-proxy-path-for-forward-request'],
      [{ allowForwardUnsyncResourceRequest: true }, '--allow-forward-unsync-resource-request'],
      [{ allowPediaclusterConfigForProxyRequest: true }, '--allow-pediacluster-config-for-proxy-request'],
    ] as const) {
      expect(() => resolveProxySettings(options, closed)).toThrow(
        `${flag} goes with --feature-gates AllowProxyRequestToClusters=true`,
      );
    }
  });

  it('takes reviews of rights where others reach the server', () => {
    expect(() => resolveProxySettings({}, { ...open, isReachable: true })).toThrow('--authorization-mode Webhook');
    expect(resolveProxySettings({}, { ...open, isReachable: true, isReviewed: true })).toBeDefined();
  });
});
