import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PairloopError } from '../../core/errors.js';

/**
 * Folder with Label Studio's editor as it comes in the npm package (`js/main.js`, `css/main.css`).
 *
 * @throws PairloopError when the package is not installed, or holds no editor.
 */
export function editorFolder(): string {
  const folder = join(dirname(locatePackage()), 'dist', 'lsf');
  if (existsSync(join(folder, 'js', 'main.js')) && existsSync(join(folder, 'css', 'main.css'))) return folder;
  throw new PairloopError(`The preview shows label configs in Label Studio's editor, and the npm package label-studio-frontend in ${folder} has none; install it again with \`npm ci\`.`);
}

function locatePackage(): string {
  try {
    return fileURLToPath(import.meta.resolve('label-studio-frontend/package.json'));
  } catch (error) {
    throw new PairloopError(`The preview shows label configs in Label Studio's editor, and its npm package label-studio-frontend is not installed; run \`npm ci\` in the checkout.`, 'failure', { cause: error });
  }
}
