import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { parseSchemaLibrary, type SchemaLibrary } from '../../kube/openapi/schema-library.js';
import { digest } from '../document.js';

/** The schemas of what is built into Kubernetes; see hack/update-openapi.mjs. */
export interface SchemaAsset {
  readonly library: SchemaLibrary;
  /** Changes whenever the schemas do. */
  readonly digest: string;
}

const path = resolve(import.meta.dirname, '../../../../assets/kubernetes-openapi.br');
const decompress = promisify(brotliDecompress);
let held: WeakRef<SchemaAsset> | undefined;

/** Reads the asset when it is asked for: it is asked for seldom, and then several times, so it stays for as long as memory allows. */
export async function loadSchemaAsset(): Promise<SchemaAsset> {
  const known = held?.deref();
  if (known !== undefined) return known;
  const bytes = await readFile(path);
  const text = (await decompress(bytes)).toString();
  const asset = { library: parseSchemaLibrary(text), digest: digest(bytes) };
  held = new WeakRef(asset);
  return asset;
}
