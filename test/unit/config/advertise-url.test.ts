import { describe, expect, it } from '@jest/globals';
import { normalizeAdvertiseUrl, parseAdvertiseUrl } from '../../../src/config/advertise-url.js';

describe('--advertise-url', () => {
  it.each([
    ['https://10.0.0.7:8643', 'https://10.0.0.7:8643'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
    ['HTTPS://Replica-1.Example:443/search//', 'https://replica-1.example/search'],
    ['http://[fd00::7]:8080', 'http://[fd00::7]:8080'],
  ])('%s is %s', (text, url) => {
    expect(parseAdvertiseUrl(text)).toBe(url);
    expect(normalizeAdvertiseUrl(url)).toBe(url);
  });

  it.each([
    ['no URL', '10.0.0.7:8643', /found "10.0.0.7:8643"/],
    ['nothing', '', /found ""/],
    ['no host', 'https://', /found "https:/],
    ['another scheme', 'ftp://10.0.0.7', /found "ftp:/],
    ['credentials', 'https://admin:hunter2@10.0.0.7', /found one with credentials/],
    ['a query', 'https://10.0.0.7/?token=hunter2', /found one with credentials, a query/],
    ['a fragment', 'https://10.0.0.7/#hunter2', /or a fragment/],
    ['more than anybody needs', `https://10.0.0.7/${'a'.repeat(3000)}`, /expected the URL/],
  ])('that is, or has, %s is refused, and no secret is repeated', (_, text, message) => {
    expect(() => parseAdvertiseUrl(text)).toThrow(message);
    expect(() => parseAdvertiseUrl(text)).not.toThrow(/hunter2/);
  });

  it('may be absent', () => {
    expect(parseAdvertiseUrl(undefined)).toBeUndefined();
  });
});
