import { describe, expect, it } from '@jest/globals';
import { createProgram } from '../../src/cli/program.js';
import { golden, helm, helmNotRun, parseObjects, type Rendered } from './support.js';

const describeHelm = helm === undefined ? describe.skip : describe;
const because = helm === undefined ? ` (${helmNotRun})` : '';
const sets = golden.valueSets();

interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly securityContext?: Readonly<Record<string, unknown>>;
}

interface PodSpec {
  readonly serviceAccountName?: string;
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly { readonly name: string }[];
}

type Selector = Readonly<Record<string, string>> & { readonly matchLabels?: Readonly<Record<string, string>> };

/** Every pod that the objects make, by the name of the object. */
function podsOf(objects: readonly Rendered[]): readonly { readonly name: string; readonly pod: PodSpec }[] {
  return objects.flatMap(({ kind, metadata, spec }) => {
    const { template, jobTemplate } = (spec ?? {}) as {
      template?: { spec: PodSpec };
      jobTemplate?: { spec: { template: { spec: PodSpec } } };
    };
    const pod = (template ?? jobTemplate?.spec.template)?.spec;
    return pod?.containers === undefined ? [] : [{ name: `${kind}/${metadata.name}`, pod }];
  });
}

/** What golden files say needs no Helm. */
describe.each(sets)('the golden file of the values %s', (set) => {
  const objects = parseObjects(golden.readGolden(set));
  const pods = podsOf(objects);
  const ours = pods.filter(({ name }) => !name.endsWith('-postgresql'));

  it('gives each process a command and flags that it knows', () => {
    const program = createProgram();
    expect(ours.length).toBeGreaterThan(0);
    for (const { name, pod } of ours) {
      const [command, ...args] = pod.containers[0]?.args ?? [];
      const known = program.commands.find((one) => one.name() === command);
      expect([name, command, known?.name()]).toEqual([name, command, command]);
      const flags = new Set(known?.options.map(({ long }) => long));
      const unknown = args.map((arg) => arg.split('=')[0]).filter((flag) => !flags.has(flag));
      expect([name, unknown]).toEqual([name, []]);
    }
  });

  it('parses as that command parses it', () => {
    for (const { pod } of ours) {
      const args = pod.containers[0]?.args ?? [];
      const program = createProgram().exitOverride();
      let parsed: string | undefined;
      for (const command of program.commands) {
        command.exitOverride().action(() => {
          parsed = command.name();
        });
      }
      program.parse([...args], { from: 'user' });
      expect(parsed).toBe(args[0]);
    }
  });

  it('mounts what it has, and has what it mounts', () => {
    for (const { name, pod } of pods) {
      const mounted = [...(pod.initContainers ?? []), ...pod.containers].flatMap((one) => one.volumeMounts ?? []);
      const volumes = (pod.volumes ?? []).map((volume) => volume.name);
      const claims = name.startsWith('StatefulSet/') ? ['data'] : [];
      expect([name, new Set(mounted.map((mount) => mount.name))]).toEqual([name, new Set([...volumes, ...claims])]);
    }
  });

  it('finds each file that a flag names below a mount', () => {
    for (const { pod } of ours) {
      const { args = [], volumeMounts = [] } = pod.containers[0] as Container;
      const paths = args.map((arg) => /=(\/.+)$/.exec(arg)?.[1]).filter((path) => path !== undefined);
      const unmounted = paths.filter((path) => !volumeMounts.some(({ mountPath }) => path.startsWith(mountPath)));
      expect(unmounted).toEqual([]);
    }
  });

  it('runs every container without rights: no root, no capabilities, a root file system that only reads', () => {
    for (const { pod } of pods) {
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const container of [...(pod.initContainers ?? []), ...pod.containers]) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
  });

  it('selects with Services, budgets and policies the pods that are meant', () => {
    const labels = objects.flatMap(({ spec }) => {
      const { template } = (spec ?? {}) as { template?: { metadata?: { labels?: Record<string, string> } } };
      return template?.metadata?.labels === undefined ? [] : [template.metadata.labels];
    });
    const selectors = objects.flatMap(({ kind, metadata, spec }) => {
      const { selector, podSelector } = (spec ?? {}) as { selector?: Selector; podSelector?: Selector };
      const found = kind === 'Service' ? selector : (selector ?? podSelector)?.matchLabels;
      return found === undefined || kind === 'ServiceMonitor' ? [] : [{ name: `${kind}/${metadata.name}`, found }];
    });
    expect(selectors.length).toBeGreaterThan(1);
    for (const { name, found } of selectors) {
      const matching = labels.filter((pod) => Object.entries(found).every(([key, value]) => pod[key] === value));
      expect([name, matching.length]).toEqual([name, 1]);
    }
  });
});

describe('the pods with plugins of other images', () => {
  it('get them from an init container each, which copies into a folder that STORAGE_PLUGINS names', () => {
    const objects = parseObjects(golden.readGolden('plugin'));
    const pod = podsOf(objects).find(({ name }) => name === 'Deployment/clusterdex')?.pod;
    const copies = pod?.initContainers?.map((one) => [one.name, one.args, one.volumeMounts?.map((m) => m.mountPath)]);
    expect(copies).toEqual([
      ['plugin-storage', ['/target'], ['/target']],
      ['plugin-mask', ['/target'], ['/target']],
    ]);
    expect(pod?.containers[0]).toMatchObject({
      env: expect.arrayContaining([{ name: 'STORAGE_PLUGINS', value: '/plugins/storage:/plugins/mask' }]),
      args: expect.arrayContaining(['--storage-name=acme', '--storage-config=/etc/clusterdex/storage/storage.yaml']),
      volumeMounts: expect.arrayContaining([
        { name: 'plugin-storage', mountPath: '/plugins/storage', readOnly: true },
        { name: 'plugin-mask', mountPath: '/plugins/mask', readOnly: true },
      ]),
    });
  });
});

describe('pods of which several are redirected to', () => {
  const objects = parseObjects(golden.readGolden('plugin'));
  const pod = (name: string) => podsOf(objects).find((one) => one.name.startsWith(name))?.pod.containers[0];

  it('advertise where each of them is reached, at addresses that the kubelet fills in', () => {
    const server = pod('Deployment/clusterdex');
    const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
    expect(server).toMatchObject({
      args: expect.arrayContaining(['--advertise-url=https://$(POD_IP):8643']),
      env: expect.arrayContaining([field('POD_IP', 'status.podIP'), field('POD_NAME', 'metadata.name')]),
    });
  });

  it('have a certificate with the further names that were asked for', () => {
    expect(pod('Job/')?.args).toEqual(expect.arrayContaining(['--host=*.fleet.example', '--host=fleet.example']));
    const [certificate] = parseObjects(golden.readGolden('bundled-postgresql')).filter(
      ({ kind }) => kind === 'Certificate',
    );
    expect(certificate?.spec).toMatchObject({ dnsNames: expect.arrayContaining(['fleet.example']) });
  });

  it('advertise nothing unless told, nor expect anything of the kubelet for it', () => {
    for (const set of sets.filter((name) => name !== 'plugin')) {
      expect(golden.readGolden(set)).not.toMatch(/advertise-url|POD_IP/);
    }
  });
});

const two = ['--set', 'storage.name=postgres,server.replicas=2', '--set'];
const split = ['--set', 'storage.name=postgres,mode=split', '--set'];

describeHelm(`helm${because}`, () => {
  it.each(sets)('renders the values %s to what the golden file says', (set) => {
    const rendered = golden.toGolden(golden.renderSet(helm as string, set));
    // node hack/update-chart.mjs writes it anew, for you to read the difference.
    expect(rendered).toBe(golden.readGolden(set));
  });

  it.each(sets)('lint has nothing against the values %s', (set) => {
    const { status, stdout } = golden.runHelm(helm as string, 'lint', { set, parameters: ['--strict'] });
    expect([status, stdout.match(/\[(WARNING|ERROR)\].*/g)]).toEqual([0, null]);
  });

  it.each([
    ['misspelt', ['--set', 'storage.nmae=acme'], 'nmae'],
    ['of the wrong type', ['--set', 'server.replicas=many'], '/server/replicas'],
    ['out of range', ['--set', 'server.securePort=70000'], '/server/securePort'],
    ['none of those that there are', ['--set', 'mode=both'], 'mode'],
    ['a storage of one process for several', ['--set', 'server.replicas=2'], 'sqlite is of one process'],
    ['a storage of one process, split', ['--set', 'mode=split,storage.name=memory'], 'memory is of one process'],
    [
      'a bundled PostgreSQL and another storage',
      ['--set', 'postgresql.enabled=true,storage.name=mysql'],
      'storage.name',
    ],
    ['two places for one configuration', ['--set', 'storage.config.a=b,storage.existingSecret=c'], 'two places'],
    ['a certificate that is not named', ['--set', 'certificates.source=existing'], 'certificates.existingSecret'],
    ['one URL for several pods', [...two, 'server.advertiseUrl=https://fleet.example'], 'any of them'],
    ['a URL where nobody redirects', [...split, 'server.advertiseUrl=https://$(POD_IP)'], 'mode allInOne'],
    ['no URL to advertise', ['--set', 'server.advertiseUrl=fleet.example'], 'server/advertiseUrl'],
    ['an address as a name', ['--set', 'certificates.extraHosts[0]=10.0.0.7'], 'certificates/extraHosts/0'],
    [
      'names for a certificate that is not made here',
      ['--set', 'certificates.source=existing,certificates.existingSecret=a,certificates.extraHosts[0]=a.example'],
      'certificates.extraHosts',
    ],
    ['a way to clusters that is closed', ['--set', 'server.proxy.enableProxyPathForForwardRequest=true'], 'is false'],
    ['no subresource', ['--set', 'server.proxy.allowedProxySubresources[0]=scale'], 'allowedProxySubresources/0'],
    ['a plugin twice', ['--set', 'plugins[0].name=a,plugins[0].image=b,plugins[1].name=a,plugins[1].image=c'], 'twice'],
  ])('refuses values that are %s', (_what, parameters, words) => {
    const { status, stderr } = golden.runHelm(helm as string, 'template', { parameters });
    expect(status).not.toBe(0);
    expect(stderr).toContain(words);
  });
});
