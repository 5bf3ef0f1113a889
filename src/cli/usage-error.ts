/** The command was called wrongly: one sentence on standard error, and exit code 2. */
export class UsageError extends Error {}
