import { describe, expect, it } from '@jest/globals';
import { parseKubeconfig } from '../../../src/synchro/connection/kubeconfig.js';
import { contextsToFollow } from '../../../src/synchro/declare/contexts-to-follow.js';

describe('the contexts that are followed', () => {
  const search = 'http://127.0.0.1:8642/apis/clusterpedia.io/v1beta1/resources';
  const servers = {
    'prod-eu': 'https://prod.example',
    clusterpedia: search,
    staging: `${search}/clusters/staging`,
    rancher: 'https://rancher.example/k8s/clusters/c-1',
  };
  const kubeconfig = parseKubeconfig(
    JSON.stringify({
      contexts: [...Object.keys(servers), 'broken'].map((name) => ({ name, context: { cluster: name } })),
      clusters: Object.entries(servers).map(([name, server]) => ({ name, cluster: { server } })),
    }),
  );

  it('are all but the shortcuts that clusterdex kubeconfig --write made', () => {
    expect(contextsToFollow(kubeconfig)).toEqual(['prod-eu', 'rancher', 'broken']);
  });

  it('are those that are named, shortcuts too', () => {
    expect(contextsToFollow(kubeconfig, ['staging'])).toEqual(['staging']);
  });
});
