import { PAIR_ROUTES } from './pair-routes.js';
import { ROUND_ROUTES } from './round-routes.js';
import type { Route } from './route.js';

/** The whole API. */
export const API_ROUTES: readonly Route[] = [...PAIR_ROUTES, ...ROUND_ROUTES];
