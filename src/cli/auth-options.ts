import { type Command, Option } from 'commander';
import { defaultAlwaysAllowPaths } from '../config/auth-settings.js';

/** The flags that say who may ask, and for what; their names are a kube-apiserver's. `docs/security.md` has them all with their defaults. */
const flags: readonly (readonly [flag: string, description: string])[] = [
  ['--client-ca-file <file>', 'believe client certificates of these authorities, PEM; read anew when it changes'],
  ['--token-auth-file <file>', 'believe the bearer tokens in this file: lines of token,user,uid,"group1,group2"'],
  [
    '--authentication-kubeconfig [file]',
    'the host cluster that reviews tokens and says whose certificates are believed (without a file: the one that this process runs in)',
  ],
  [
    '--authentication-skip-lookup [bool]',
    'do not read kube-system/extension-apiserver-authentication in the host cluster',
  ],
  ['--authentication-token-webhook-cache-ttl <duration>', 'how long the review of a token holds (default: 10s)'],
  [
    '--requestheader-client-ca-file <file>',
    'believe the headers of a front proxy whose certificate is of these authorities, PEM',
  ],
  ['--requestheader-allowed-names <names>', 'common names that the front proxy may have (default: any)'],
  ['--requestheader-username-headers <names>', 'where it names the user (default: X-Remote-User)'],
  ['--requestheader-group-headers <names>', 'where it names groups (default: X-Remote-Group)'],
  ['--requestheader-uid-headers <names>', 'where it names the uid (default: X-Remote-Uid)'],
  ['--requestheader-extra-headers-prefix <names>', 'where it says more of the user (default: X-Remote-Extra-)'],
  [
    '--anonymous-auth [bool]',
    'let in who does not say who they are; without any flag for authentication, everybody who reaches an address beyond loopback reads everything then, Secrets too',
  ],
  [
    '--authorization-mode <mode>',
    'Webhook asks the host cluster what a user may, AlwaysAllow nobody (default: Webhook when there is a host cluster)',
  ],
  [
    '--authorization-kubeconfig [file]',
    'the host cluster that is asked (default: that of --authentication-kubeconfig; without a file: the one that this process runs in)',
  ],
  ['--authorization-webhook-cache-authorized-ttl <duration>', 'how long a yes holds (default: 10s)'],
  ['--authorization-webhook-cache-unauthorized-ttl <duration>', 'how long a no holds (default: 10s)'],
  [
    '--authorization-always-allow-paths <paths>',
    `paths for everybody, a * at the end stands for anything (default: ${defaultAlwaysAllowPaths})`,
  ],
];

export function addAuthOptions(command: Command): Command {
  return flags.reduce((built, [flag, description]) => {
    const [name = ''] = flag.slice(2).split(' ', 1);
    const variable = `CLUSTERDEX_${name.replaceAll('-', '_').toUpperCase()}`;
    return built.addOption(new Option(flag, description).env(variable));
  }, command);
}
