import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readYaml } from '../../../label-configs/yaml-file.js';
import { ACQUISITIONS } from '../../../ml-backend/uncertainty/acquisition.js';
import { STRATEGIES } from '../../../ml-backend/selection/strategies.js';

const count = z.number().int().positive();
const share = z.number().gt(0).lt(1);
const ascending = z.array(count).min(2).refine((rounds) => rounds.every((labels, at) => at === 0 || labels > rounds[at - 1]!), 'must rise');

const armSchema = z.strictObject({
  name: z.string(),
  strategy: z.enum([...STRATEGIES.keys()]),
  measure: z.enum([...ACQUISITIONS.keys()]).optional(),
  candidates: count.optional(),
  weight: z.number().min(0).max(1).optional(),
  /** One of them is the divisor: whichever needs fewer labels. */
  baseline: z.boolean().default(false),
  /** Of the head that picks and whose accuracy counts, and of the one whose log-loss counts; both learn from the same labels. */
  inverse_regularisation: z.strictObject({ accuracy: z.number().positive(), log_loss: z.number().positive() }),
});

const conditionSchema = z.strictObject({
  name: z.string(),
  seeds: count,
  /** Share of the pool's labels that are turned round. */
  flipped: z.number().min(0).lt(0.5).default(0),
  /** Labels drawn from a true Bradley–Terry model, the whole pool's weights times this. */
  drawn_strength: z.number().positive().optional(),
});

const protocolSchema = z.strictObject({
  split_seed: z.number().int().nonnegative(),
  pairs_per_prompt_max: count,
  development_prompts: count,
  test_folds: count,
  start: count,
  rounds: ascending,
  /** Only baselines go on from here, so that a divisor is found. */
  arms_end: count,
  accuracy_targets: z.array(share).min(1),
  log_loss_targets: z.array(share).min(1),
  saturated_below_points: z.number().positive(),
  resamples: count,
  inverse_regularisations: z.array(z.number().positive()).min(1),
  tuning: z.strictObject({ folds: count, seeds: count, labels_max: count }),
  arms: z.array(armSchema).min(2).refine((arms) => arms.some((arm) => arm.baseline), 'needs a baseline'),
  conditions: z.array(conditionSchema).min(1),
});

export type Protocol = z.infer<typeof protocolSchema>;
export type Arm = z.infer<typeof armSchema>;
export type Condition = z.infer<typeof conditionSchema>;

/** The committed protocol, which is fixed before the test prompts are looked at. */
export function readProtocol(): Protocol {
  const file = new URL('protocol.yaml', import.meta.url);
  return readYaml({ yaml: readFileSync(file, 'utf8'), file: 'protocol.yaml' }, protocolSchema);
}

/** A protocol that shows that all parts work, in seconds; its figures mean nothing. */
export function smokeProtocol(protocol: Protocol): Protocol {
  return {
    ...protocol,
    pairs_per_prompt_max: 4,
    test_folds: 2,
    rounds: protocol.rounds.filter((labels) => labels <= 100),
    arms_end: 60,
    resamples: 50,
    inverse_regularisations: [1],
    tuning: { folds: 2, seeds: 1, labels_max: 60 },
    conditions: withSeeds(protocol, 2).conditions,
  };
}

/** The protocol with another number of seeds: quicker, and its figures less certain. */
export function withSeeds(protocol: Protocol, seeds: number): Protocol {
  return { ...protocol, conditions: protocol.conditions.map((condition) => ({ ...condition, seeds: Math.max(1, seeds) })) };
}
