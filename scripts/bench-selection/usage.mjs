// Loaded before a command (--import): says at its end, as the last line on stderr, what it used.
import { readFileSync } from 'node:fs';

/** Bytes in memory when Node had started and nothing else. */
const before = Number(readFileSync('/proc/self/statm', 'utf8').split(' ')[1]) * 4096;
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  process.stderr.write(`${JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, grown: maxRSS * 1024 - before })}\n`);
});
