// How fast `pairloop select` is, against what others take for the same picks on the same seeded data.
//   npm run bench:selection [-- --rows 5000,48000] [--json] [--report]
// Ends with exit code 1 when an aim is missed, unless --report. One thread each. Ratios are of the CPU time of whole cold
// processes (Node or Python started, vectors read, picks made), which says more than the clock where others use the
// machine too; eager C counts without its start. The clock of the selection alone and of the whole process stand beside it.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const PARTS = join(ROOT, 'scripts', 'bench-selection');
const ENVIRONMENT = join(ROOT, '.pairloop', 'bench-selection');
const K = 1_200;
const COLUMNS = 384;
const WEIGHT = '0.6';
/** How many times faster than BLAS, by kind of data, from 48,000 rows on; below, ahead is enough. */
const AIMS = { clustered: 8, noise: 4 };
const AIM_ROWS = 48_000;
const EAGER_AIM = 4;
const MEMORY_AIM = 1.5;
/** Rows up to which the libraries, far slower, and the plain reference are run. */
const LIBRARY_ROWS = 5_000;
const REFERENCE_ROWS = 48_000;
/** What the command itself takes is measured on so few; memory counts what more rows add. */
const FEW_ROWS = 100;

const { values: options } = parseArgs({ options: { rows: { type: 'string', default: '5000,48000,200000' }, json: { type: 'boolean' }, report: { type: 'boolean' } } });
const sizes = options.rows.split(',').map(Number);
const say = (text) => process.stderr.write(`${text}\n`);

/** A Python with the pinned peers, made once. */
function python() {
  const path = join(ENVIRONMENT, 'bin', 'python');
  if (existsSync(join(ENVIRONMENT, 'ready'))) return path;
  say('Making a Python environment with NumPy, scikit-learn and scikit-activeml (once)…');
  mkdirSync(dirname(ENVIRONMENT), { recursive: true });
  execFileSync('python3', ['-m', 'venv', ENVIRONMENT], { stdio: ['ignore', 2, 2] });
  execFileSync(path, ['-m', 'pip', 'install', '--quiet', '-r', join(PARTS, 'requirements.txt')], { stdio: ['ignore', 2, 2] });
  execFileSync(path, ['-c', `open(${JSON.stringify(join(ENVIRONMENT, 'ready'))}, 'w')`]);
  return path;
}

const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };

function peer(what, folder, kind, rows) {
  const out = execFileSync(python(), [join(PARTS, 'peers.py'), what, folder, kind, String(rows), String(K)], { env: { ...process.env, ...ONE_THREAD }, maxBuffer: 2 ** 26 });
  return JSON.parse(out.toString());
}

/** A whole `pairloop select`, cold: its clock, CPU and memory, and the selection itself within. */
function ours(folder, kind, rows, strategy = 'hybrid') {
  const args = ['--import', join(PARTS, 'usage.mjs'), join(ROOT, 'dist', 'cli', 'main.js'), 'select', '--json', '--embeddings', join(folder, `${kind}-${rows}.npy`), '-k', String(K), '--strategy', strategy];
  if (strategy === 'hybrid') args.push('--weight', WEIGHT, '--uncertainty', join(folder, `uncertainty-${rows}.npy`));
  const begun = performance.now();
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { maxBuffer: 2 ** 26 });
  const coldSeconds = (performance.now() - begun) / 1000;
  if (status !== 0) throw new Error(`pairloop select failed: ${stderr.toString()}`);
  const { indices, scores, elapsed_ms } = JSON.parse(stdout.toString());
  const usage = JSON.parse(stderr.toString().trim().split('\n').at(-1));
  return { seconds: elapsed_ms / 1000, coldSeconds, coldCpu: usage.cpu, memory: usage.grown, picks: indices, scores };
}

/** The eager C program in single (the peer) or double precision (the reference); undefined without a compiler. */
function eager(folder, kind, rows, number) {
  const program = join(folder, `eager-${number}`);
  const flags = number === 'double' ? ['-ffp-contract=off'] : ['-march=native', '-ffast-math'];
  if (!existsSync(program) && spawnSync('cc', ['-O3', `-DNUMBER=${number}`, ...flags, join(PARTS, 'eager.c'), '-o', program, '-lm']).status !== 0) return undefined;
  const lines = execFileSync(program, [join(folder, `${kind}-${rows}.npy`), join(folder, `uncertainty-${rows}.npy`), String(rows), String(K)]).toString().trim().split('\n');
  const [seconds, cpu] = lines.pop().split(' ').map(Number);
  const pairs = lines.map((line) => line.split(' ').map(Number));
  return { seconds, cpu, picks: pairs.map(([pick]) => pick), scores: pairs.map(([, score]) => score) };
}

const equal = (one, other) => one.length === other.length && one.every((value, at) => value === other[at]);

function measure(folder, kind, rows, base) {
  say(`${kind}, ${rows} rows…`);
  const own = ours(folder, kind, rows);
  const blas = peer('blas', folder, kind, rows);
  const row = { kind, rows, ours: own, blas, ratio: blas.coldCpu / own.coldCpu, memory: (own.memory - base) / (rows * COLUMNS * 4) };
  const eagerC = eager(folder, kind, rows, 'float');
  if (eagerC !== undefined) Object.assign(row, { eagerC, eagerRatio: eagerC.cpu / own.coldCpu });
  const plain = rows <= REFERENCE_ROWS ? eager(folder, kind, rows, 'double') : undefined;
  if (plain !== undefined) row.exact = equal(plain.picks, own.picks) && equal(plain.scores, own.scores);
  if (rows <= LIBRARY_ROWS) row.others = others(folder, kind, rows);
  return row;
}

/** The same work in libraries: k-center of scikit-activeml, k-means++ of scikit-learn. */
function others(folder, kind, rows) {
  return {
    'kmeans++': { ours: ours(folder, kind, rows, 'kmeans++'), theirs: peer('kmeans++', folder, kind, rows) },
    'k-center': { ours: ours(folder, kind, rows, 'k-center'), theirs: peer('core-set', folder, kind, rows) },
  };
}

/** Which aims the row misses, in words. */
function missed({ kind, rows, ratio, eagerRatio, memory, exact }) {
  const aim = rows >= AIM_ROWS ? AIMS[kind] : 1;
  const where = `${kind}, ${rows} rows:`;
  return [
    ...(ratio >= aim ? [] : [`${where} ${ratio.toFixed(1)} times as fast as BLAS, not ${aim}`]),
    ...(kind !== 'clustered' || rows !== AIM_ROWS || eagerRatio === undefined || eagerRatio >= EAGER_AIM ? [] : [`${where} ${eagerRatio.toFixed(1)} times as fast as eager C, not ${EAGER_AIM}`]),
    ...(rows < AIM_ROWS || memory <= MEMORY_AIM ? [] : [`${where} ${memory.toFixed(2)} times the vectors in memory, not ${MEMORY_AIM}`]),
    ...(exact === false ? [`${where} picks or scores differ from the plain computation`] : []),
  ];
}

function table(results) {
  const s = (number) => (number === undefined ? '-' : `${number.toFixed(2)} s`).padStart(9);
  const lines = [`${'data'.padEnd(10)}${'rows'.padStart(8)} |${'ours'.padStart(9)}${'cold'.padStart(9)}${'cold CPU'.padStart(10)} |${'BLAS'.padStart(9)}${'cold CPU'.padStart(10)}${'ratio'.padStart(7)} |${'eager C'.padStart(9)}${'CPU'.padStart(9)}${'ratio'.padStart(7)} |${'memory'.padStart(8)} | as plain float64`];
  for (const { kind, rows, ours, blas, eagerC, ratio, eagerRatio, memory, exact } of results) {
    const share = exact === undefined ? 'not run' : exact ? 'picks and scores equal' : 'DIFFERS';
    lines.push(`${kind.padEnd(10)}${String(rows).padStart(8)} |${s(ours.seconds)}${s(ours.coldSeconds)}${s(ours.coldCpu).padStart(10)} |${s(blas.seconds)}${s(blas.coldCpu).padStart(10)}${ratio.toFixed(1).padStart(7)} |${s(eagerC?.seconds)}${s(eagerC?.cpu)}${(eagerRatio?.toFixed(1) ?? '-').padStart(7)} |${`${memory.toFixed(2)} x`.padStart(8)} | ${share}`);
  }
  for (const { kind, rows, others: found = {} } of results) {
    for (const [name, { ours, theirs }] of Object.entries(found)) lines.push(`${name}, ${kind}, ${rows} rows: ours ${ours.coldSeconds.toFixed(2)} s cold (cold CPU ${ours.coldCpu.toFixed(2)} s), ${name === 'k-center' ? 'scikit-activeml' : 'scikit-learn'} ${theirs.seconds.toFixed(2)} s (cold CPU ${theirs.coldCpu.toFixed(2)} s)`);
  }
  return lines.join('\n');
}

build();
const folder = mkdtempSync(join(tmpdir(), 'pairloop-bench-selection-'));
try {
  const machine = {
    commit: execFileSync('git', ['-C', ROOT, 'rev-parse', '--short', 'HEAD']).toString().trim(),
    processor: `${cpus().length} x ${cpus()[0].model.trim()}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load: loadavg().map((load) => Number(load.toFixed(1))),
    k: K,
    columns: COLUMNS,
  };
  const results = [];
  execFileSync(python(), [join(PARTS, 'peers.py'), 'data', folder, String(FEW_ROWS)]);
  const base = ours(folder, 'noise', FEW_ROWS).memory;
  for (const rows of sizes) {
    say(`Making ${rows} rows…`);
    execFileSync(python(), [join(PARTS, 'peers.py'), 'data', folder, String(rows)]);
    for (const kind of ['clustered', 'noise']) results.push(measure(folder, kind, rows, base));
    for (const name of ['clustered', 'noise', 'uncertainty']) rmSync(join(folder, `${name}-${rows}.npy`));
  }
  const failures = results.flatMap(missed);
  if (options.json) process.stdout.write(`${JSON.stringify({ machine, results, missed: failures }, (key, value) => (key === 'picks' || key === 'scores' ? undefined : value))}\n`);
  else process.stdout.write(`${JSON.stringify(machine)}\n${table(results)}\n${failures.map((failure) => `missed: ${failure}\n`).join('') || 'every aim is met\n'}`);
  if (failures.length > 0 && !options.report) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
