import { listRubrics } from '../label-configs/rubric-file.js';

/** What an argument RUBRIC takes, for a command's help. */
export const RUBRIC_HELP = `One of ${listRubrics().join(', ')}, or the path of a .yaml file of your own.`;
