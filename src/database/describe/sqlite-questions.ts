import type { Question } from './question.ts';

export const sqliteQuestions: readonly Question[] = [
  {
    columns: 'sqlite_version() AS version',
    // Each connection of the receiver sets the sync mode, so it cannot be read from the file.
    tell: ({ version }) =>
      version === undefined
        ? undefined
        : {
            message: `The store is a file of SQLite ${String(version)}. The receiver syncs each commit (journal_mode=WAL, synchronous=FULL).`,
          },
  },
];
