import { serverVersion } from '../config/server-version.js';
import { type Document, documentOf } from './document.js';

/** The Kubernetes version that clients are told when the member cluster's own is not known. */
const compatibleVersion = 'v1.36.0+clusterdex';

/** `/version` as Kubernetes clients read it, of a cluster (its gitVersion, if known) or of all. */
export function kubernetesVersionDocument(gitVersion = compatibleVersion): Document {
  return versionDocument(gitVersion);
}

/** `/version` of this server itself. */
export function serverVersionDocument(): Document {
  return versionDocument(`v${serverVersion}`);
}

function versionDocument(gitVersion: string): Document {
  const [, major = '', minor = ''] = /^v?(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  const info = {
    major,
    minor,
    gitVersion,
    gitCommit: '',
    gitTreeState: '',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: '',
    platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  };
  return documentOf(Buffer.from(`${JSON.stringify(info, undefined, 2)}\n`));
}
