import { Command, Option } from 'commander';
import { ConfigError } from '../config/config-error.js';
import { openHostConnection } from '../synchro/connection/open-host-connection.js';
import { keepCertificateSecret, type SecretName, trustInApiService } from './certificate-secret.js';

interface CertificatesOptions {
  readonly kubeconfig?: string;
  readonly secret: SecretName;
  readonly host: readonly string[];
  readonly apiService?: string;
}

const help = `
It is what the chart's job runs, once at each installation and every week. A certificate stays as long as it has 30 of its 365 days left and names
every --host; else it is made anew, signed by an authority whose key is thrown away. Until the next time the authority before is trusted as well,
so that servers may take the new certificate when they see it. A Secret with a certificate of somebody else is left alone, and the exit code is 1.

Example:
  $ clusterdex certificates --secret clusterdex-system/clusterdex-serving-cert --host clusterdex.clusterdex-system.svc \\
      --api-service v1beta1.clusterpedia.io
`;

export function certificatesCommand(): Command {
  return new Command('certificates')
    .description(
      'keep a self-signed certificate to serve with in a Secret of the host cluster, and trust it in an APIService',
    )
    .addOption(
      new Option('--kubeconfig <file>', 'the host cluster (default: the one that this process runs in)').env(
        'KUBECONFIG',
      ),
    )
    .addOption(
      new Option('--secret <namespace/name>', 'where the certificate is: tls.crt, tls.key and ca.crt')
        .argParser(parseSecretName)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--host <name>', 'a name that it is for; repeatable')
        .argParser((value: string, previous: readonly string[] | undefined) => [...(previous ?? []), value])
        .makeOptionMandatory(),
    )
    .addOption(new Option('--api-service <name>', 'the APIService that has to trust it'))
    .addHelpText('after', help)
    .action(run);
}

async function run({ kubeconfig, secret, host: hosts, apiService }: CertificatesOptions): Promise<void> {
  const connection = await openHostConnection({ kubeconfig, otherwise: 'name its kubeconfig with --kubeconfig' });
  try {
    const { authorities, validTo, isNew } = await keepCertificateSecret(connection, { ...secret, hosts });
    const until = validTo.toISOString().slice(0, 10);
    process.stdout.write(
      `secret ${secret.namespace}/${secret.name}: ${isNew ? 'a new certificate' : 'the certificate stays'}, valid until ${until}\n`,
    );
    if (apiService === undefined) return;
    const changed = await trustInApiService(connection, { name: apiService, authorities });
    process.stdout.write(`apiservice ${apiService}: ${changed ? 'trusts it now' : 'trusts it already'}\n`);
  } finally {
    await connection.close();
  }
}

function parseSecretName(text: string): SecretName {
  const [namespace, name, ...rest] = text.split('/');
  if (!namespace || !name || rest.length > 0) {
    throw new ConfigError(`--secret: expected <namespace>/<name>, found ${JSON.stringify(text)}`);
  }
  return { namespace, name };
}
