import { pageModule } from './vite.page.js';

/** The comparison view as a module that the gateway adds to Label Studio's pages. */
export default pageModule('community', 'view');
