import type { DistanceKernel } from './distance-kernel.js';
import type { Matrix } from './matrix.js';
import { ScalarKernel } from './scalar-kernel.js';
import { WasmKernel, canRunWasm } from './wasm-kernel.js';

/** The fastest kernel that can run here for this matrix. All give the same numbers. */
export function createKernel(matrix: Matrix): DistanceKernel {
  const { rows, columns, data } = matrix;
  return canRunWasm(rows, columns, data instanceof Float64Array) ? new WasmKernel(matrix) : new ScalarKernel(matrix);
}
