import type { RequestHandler } from 'express';

/** Bodies held at a time; further ones are asked to come again, which bounds the memory. */
const BODIES_MAX = 4;
const RETRY_AFTER_S = 5;

/**
 * Lets four requests read their bodies at a time and answers further ones with 503.
 *
 * @param refusal the answer's body that says so
 */
export function limitBodies(refusal: (said: string) => object): RequestHandler {
  let held = 0;
  return (_request, response, next) => {
    if (held >= BODIES_MAX) {
      response.set('retry-after', String(RETRY_AFTER_S)).status(503).json(refusal(`The ML backend reads ${BODIES_MAX} requests already; try again in ${RETRY_AFTER_S} seconds.`));
      return;
    }
    held += 1;
    response.on('close', () => (held -= 1));
    next();
  };
}
