/** File mode creation mask of a login, for files that are made by transfers. */
export const UMASK = 0o022;
