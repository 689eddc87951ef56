import type { HostClient } from '../../../src/api/auth/host-client.js';

/** A rule of RBAC, for a user. */
export interface UserRule {
  readonly user: string;
  readonly verbs?: readonly string[];
  /** `pods`, `pods/prod-eu`, `*`, `*\/prod-eu`. */
  readonly resources?: readonly string[];
  /** Of a Role. */
  readonly namespace?: string;
  readonly paths?: readonly string[];
}

export interface RuleHostOptions {
  readonly rules: readonly UserRule[];
  /** By token. */
  readonly users?: Readonly<Record<string, { readonly username: string; readonly groups?: readonly string[] }>>;
  readonly configMap?: Readonly<Record<string, string>>;
}

export interface RuleHost extends HostClient {
  /** What was asked, in its order. */
  readonly asked: { readonly kind: string; readonly spec: Readonly<Record<string, unknown>> }[];
  options: RuleHostOptions;
  isDown: boolean;
}

/** Answers reviews as a host cluster with these rules would. */
export function createRuleHost(options: RuleHostOptions): RuleHost {
  const host: RuleHost = {
    server: 'https://host.example',
    asked: [],
    options,
    isDown: false,
    async get() {
      if (host.isDown) throw new Error('nobody answers');
      return { data: host.options.configMap ?? {} };
    },
    async post(path, body) {
      if (host.isDown) throw new Error('nobody answers');
      const { kind = '', spec = {} } = body as { kind?: string; spec?: Readonly<Record<string, unknown>> };
      host.asked.push({ kind, spec });
      if (path.endsWith('/tokenreviews')) {
        const user = host.options.users?.[String(spec.token)];
        return { status: user === undefined ? { authenticated: false } : { authenticated: true, user } };
      }
      return { status: { allowed: host.options.rules.some((rule) => isAllowed(rule, spec)) } };
    },
    close: () => Promise.resolve(),
  };
  return host;
}

type Fields = Readonly<Record<string, string | undefined>>;

function isAllowed(rule: UserRule, spec: Readonly<Record<string, unknown>>): boolean {
  const resource = spec.resourceAttributes as Fields | undefined;
  const other = spec.nonResourceAttributes as Fields | undefined;
  const { verb = '' } = resource ?? other ?? {};
  if (rule.user !== spec.user || !(rule.verbs ?? ['get', 'list', 'watch']).includes(verb)) return false;
  if (resource === undefined) return rule.paths?.includes(other?.path ?? '') ?? false;
  if (rule.namespace !== undefined && rule.namespace !== resource.namespace) return false;
  const { resource: name = '', subresource } = resource;
  const full = subresource === undefined ? name : `${name}/${subresource}`;
  const wanted = ['*', full, ...(subresource === undefined ? [] : [`*/${subresource}`])];
  return rule.resources?.some((allowed) => wanted.includes(allowed)) ?? false;
}
