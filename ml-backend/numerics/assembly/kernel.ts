export { greatest, noQuery, quantise, query } from './quantise';
export { measure } from './measure';
export { update } from './distance';
export { best, extremes, highest } from './scan';
