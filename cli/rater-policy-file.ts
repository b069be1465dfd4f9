import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf, PairloopError } from '../core/errors.js';
import { readYaml } from '../label-configs/yaml-file.js';
import { parsePolicy, POLICY_NAMES, type RaterPolicy } from '../webhooks/quality/rater-policy/policy.js';

/**
 * The rater policy that a person named: `strict` or `sequential` with its defaults, or a YAML file.
 *
 * @throws PairloopError (usage) when there is no such file, or what is wrong in it.
 */
export async function readPolicy(named: string): Promise<RaterPolicy> {
  if (POLICY_NAMES.some((name) => name === named)) return parsePolicy({ policy: named });
  let yaml: string;
  try {
    yaml = await readFile(named, 'utf8');
  } catch (error) {
    throw new PairloopError(`${named} cannot be read (${messageOf(error)}); give ${POLICY_NAMES.join(', ')} or a YAML file.`, 'usage', { cause: error });
  }
  return parsePolicy(readYaml({ yaml, file: named }, z.looseObject({})));
}
