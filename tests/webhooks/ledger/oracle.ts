import { readFileSync } from 'node:fs';
import { z } from 'zod';

const proof = z.array(z.string());
const oracleSchema = z.object({
  numbers: z.array(z.object({ bits: z.string(), text: z.string() })),
  values: z.array(z.object({ json: z.string(), canonical: z.string() })),
  trees: z.array(
    z.object({
      leaves: z.array(z.string()),
      root: z.string(),
      inclusion: z.array(z.object({ index: z.number(), proof })),
      consistency: z.array(z.object({ first: z.number(), root: z.string(), proof })),
    }),
  ),
  notes: z.array(z.object({ note: z.string(), key: z.string(), text: z.string() })),
  ledger: z.object({ signing_key: z.string(), key: z.string(), size: z.number(), root: z.string(), note: z.string(), file: z.string() }),
});

/** What tests/oracles/ledger.py computed. */
export const oracle = oracleSchema.parse(JSON.parse(readFileSync(new URL('../../oracles/ledger.json', import.meta.url), 'utf8')));
