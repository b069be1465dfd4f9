import { pageModule } from './vite.page.js';

/** The page of `pairloop label-config preview`. */
export default pageModule('standalone', 'standalone');
