#!/usr/bin/env node
// deploy/crds is what the schemas of the server say.
import { outdatedCrds } from './crds.mjs';

for (const path of outdatedCrds()) {
  console.error(`${path} is out of date: run npm run build && node hack/update-crds.mjs`);
  process.exitCode = 1;
}
