import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checkAudit } from '../../../src/cli/doctor/check-audit.js';
import { checkCertificates } from '../../../src/cli/doctor/check-certificates.js';
import { checkProxy } from '../../../src/cli/doctor/check-proxy.js';
import { resolveAuditSettings } from '../../../src/config/audit-settings.js';
import { resolveAuthSettings } from '../../../src/config/auth-settings.js';
import { resolveProxySettings } from '../../../src/config/proxy-settings.js';
import { createCertificateAuthority } from '../../support/certificate-authority.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const day = 24 * 60 * 60 * 1000;
const finding = (status: string, words: string) =>
  expect.objectContaining({ status, message: expect.stringContaining(words) });

describe('what clusterdex doctor says of the audit log', () => {
  const small = { auditLogMaxsize: '1', auditLogMaxbackup: '1' };
  const check = (auditLogPath: string, options: object = small) =>
    checkAudit(resolveAuditSettings({ ...options, auditLogPath }));

  it('where requests are recorded, without a trace of the look', () => {
    expect(checkAudit(undefined)).toEqual([]);
    expect(check('-')).toEqual([finding('ok', 'standard output')]);
    expect(check(path('audit.log'))).toEqual([finding('ok', 'audit.log')]);
    expect(existsSync(path('audit.log'))).toBe(false);
  });

  it('that it cannot be written', () => {
    mkdirSync(path('folder.log'));
    expect(check(path('folder.log'))).toEqual([finding('failed', 'is no file')]);
    expect(check(path('nowhere/audit.log'))).toEqual([finding('failed', 'ENOENT')]);
  });

  it('that others may read it', () => {
    writeFileSync(path('open.log'), '');
    chmodSync(path('open.log'), 0o644);
    expect(check(path('open.log'))).toEqual([expect.objectContaining({ advice: `chmod 600 ${path('open.log')}` })]);
    chmodSync(path('open.log'), 0o600);
    expect(check(path('open.log'))).toEqual([finding('ok', 'open.log')]);
  });

  it('that there is too little room for all that may be kept', () => {
    const [found] = check(path('audit.log'), { auditLogMaxsize: '999999999' });
    expect(found).toEqual(finding('warning', 'what does not fit is lost'));
  });
});

describe('what clusterdex doctor says of requests that are passed on', () => {
  const surroundings = { isAllowed: true, isReachable: false, isReviewed: false };
  const proxy = (clusterCredentials: boolean) =>
    resolveProxySettings(
      { allowedProxySubresources: 'log', allowPediaclusterConfigForProxyRequest: clusterCredentials },
      surroundings,
    );
  const sources = { clustersDirectory: folder };

  it('nothing where none are', () => {
    expect(checkProxy({ proxy: undefined, auth: undefined, sources: undefined })).toEqual([]);
  });

  it('which, and as whom', () => {
    const what = 'pods/log, what is forwarded by its header, of types that are followed; as nobody';
    expect(checkProxy({ proxy: proxy(false), auth: undefined, sources })).toEqual([finding('ok', what)]);
  });

  it('that there are no clusters, and that anybody who comes here may', () => {
    expect(checkProxy({ proxy: proxy(true), auth: undefined, sources: undefined })).toEqual([
      finding('ok', 'as whoever the cluster is declared with'),
      finding('warning', 'no flag says where clusters are declared'),
      finding('warning', 'no rights are reviewed'),
    ]);
  });
});

it('clusterdex doctor says that the authority of a front proxy has ended, or ends soon', async () => {
  const authority = await createCertificateAuthority('proxies');
  for (const [name, notAfter] of Object.entries({ ended: Date.now() - day, soon: Date.now() + 10 * day }))
    writeFileSync(path(`${name}.crt`), (await authority.issue({ subject: `CN=${name}`, notAfter })).cert);
  const check = (name: string) => {
    const options = { requestheaderClientCaFile: path(`${name}.crt`), requestheaderAllowedNames: 'proxy' };
    const auth = resolveAuthSettings(options, { isReachable: false, isInCluster: false });
    return checkCertificates({ secure: undefined, auth, host: undefined });
  };
  expect(await check('ended')).toContainEqual(finding('failed', 'ended at'));
  expect(await check('soon')).toContainEqual(finding('warning', 'valid for 9 more days'));
  expect(await check('absent')).toContainEqual(finding('failed', 'cannot be used'));
});
