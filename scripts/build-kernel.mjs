// Compiles the kernel of distances (AssemblyScript) and writes it as a module of the package, so that neither a
// build nor a test needs the compiler. Run it after a change in ml-backend/numerics/assembly/; a test fails if it was forgotten.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCE = join('ml-backend', 'numerics', 'assembly', 'kernel.ts');
const MODULE = join(ROOT, 'ml-backend', 'numerics', 'kernel-module.ts');
const LINE = 140;

/** The text of kernel-module.ts for the sources as they are. */
export async function kernelModule() {
  const folder = mkdtempSync(join(tmpdir(), 'pairloop-kernel-'));
  try {
    const out = join(folder, 'kernel.wasm');
    const options = ['--outFile', out, '--baseDir', ROOT, '-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--noExportMemory', '--enable', 'simd', '--memoryBase', '4096'];
    const { error, stderr } = await asc.main([SOURCE, ...options]);
    if (error !== null) throw new Error(`the kernel does not compile: ${stderr.toString()}`, { cause: error });
    const lines = readFileSync(out).toString('base64').match(new RegExp(`.{1,${LINE}}`, 'g'));
    const text = lines.map((line) => `  '${line}',`).join('\n');
    return `/* Made by scripts/build-kernel.mjs from assembly/; do not edit. */\n\n/** The WebAssembly module, base64. */\nexport const KERNEL_BASE64 = [\n${text}\n].join('');\n`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(MODULE, await kernelModule());
