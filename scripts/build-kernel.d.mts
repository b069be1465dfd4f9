/** The text of ml-backend/numerics/kernel-module.ts for the sources as they are. */
export function kernelModule(): Promise<string>;
