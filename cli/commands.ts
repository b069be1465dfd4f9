import type { SubCommandsDef } from 'citty';

/** Every `pairloop` command, loaded when it is called. */
export const commands: SubCommandsDef = {
  agreement: () => import('./commands/agreement.js').then((module) => module.agreementCommand),
  'agreement plan': () => import('./commands/agreement-plan.js').then((module) => module.agreementPlanCommand),
  consensus: () => import('./commands/consensus.js').then((module) => module.consensusCommand),
  ranking: () => import('./commands/ranking.js').then((module) => module.rankingCommand),
  doctor: () => import('./commands/doctor.js').then((module) => module.doctorCommand),
  migrate: () => import('./commands/migrate.js').then((module) => module.migrateCommand),
  up: () => import('./commands/up.js').then((module) => module.upCommand),
  pairs: () => import('./commands/pairs.js').then((module) => module.pairsCommand),
  round: () => import('./commands/round.js').then((module) => module.roundCommand),
  select: () => import('./commands/select.js').then((module) => module.selectCommand),
  uncertainty: () => import('./commands/uncertainty.js').then((module) => module.uncertaintyCommand),
  status: () => import('./commands/status.js').then((module) => module.statusCommand),
  explain: () => import('./commands/explain.js').then((module) => module.explainCommand),
  ledger: () => import('./commands/ledger.js').then((module) => module.ledgerCommand),
  judge: () => import('./commands/judge.js').then((module) => module.judgeCommand),
  'label-config': () => import('./commands/label-config.js').then((module) => module.labelConfigCommand),
  project: () => import('./commands/project.js').then((module) => module.projectCommand),
  head: () => import('./commands/head.js').then((module) => module.headCommand),
  api: () => import('./commands/api.js').then((module) => module.apiCommand),
  batch: () => import('./commands/batch.js').then((module) => module.batchCommand),
  gold: () => import('./commands/gold.js').then((module) => module.goldCommand),
  rater: () => import('./commands/rater.js').then((module) => module.raterCommand),
  reconcile: () => import('./commands/reconcile.js').then((module) => module.reconcileCommand),
  replay: () => import('./commands/replay.js').then((module) => module.replayCommand),
};
