import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import { openStore } from '../../src/store/store.ts';
import { startProcess, type ReceiverProcess } from '../fixtures/receiver-process.ts';
import { builtCommand } from '../fixtures/built-command.ts';
import { makeCommandFolder, type CommandFolder } from '../fixtures/run-command.ts';
import { until } from '../fixtures/until.ts';

const rows = 60_000;

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

describe('npm run move, interrupted', () => {
  let folder: CommandFolder;
  let source: Buffer;
  let move: ReceiverProcess | undefined;
  const sourceFile = (): string => join(folder.path, 'data/jet.sqlite');
  const target = (): string => join(folder.path, 'target.sqlite');

  beforeEach(async () => {
    folder = await makeCommandFolder();
    // Enough rows that the move takes longer than a signal.
    const store = await openStore(folder.storeUrl, storeMigrations);
    await store.writer.knex.raw(
      `INSERT INTO tombstones (hash, made_at)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
       SELECT 'hash-' || i, 1 FROM n`,
    );
    await store.close();
    source = readFileSync(sourceFile());
  });
  afterEach(async () => {
    move?.child.kill('SIGKILL');
    await move?.exited;
    await folder.remove();
  });

  const start = (): ReceiverProcess => {
    move = startProcess(folder.path, {}, [...builtCommand('move'), '--to', `sqlite:${target()}`]);
    return move;
  };
  const expectSourceUntouched = (): void => {
    expect(readFileSync(sourceFile()).equals(source)).toBe(true);
    // A killed process leaves an empty log beside it.
    expect(sizeOf(`${sourceFile()}-wal`)).toBe(0);
  };
  /** Settles once rows are in the target. */
  const isCopying = (): Promise<void> =>
    until(() => expect(sizeOf(target()) + sizeOf(`${target()}-wal`)).toBeGreaterThan(500_000));
  const expectBrokenOff = async (): Promise<void> => {
    const again = await folder.run('move', ['--to', `sqlite:${target()}`]);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('--replace') as string });
    const receiver = startProcess(folder.path, { DATABASE_URL: `sqlite:${target()}` });
    expect(await receiver.exited).toBe(1);
    expect(receiver.output()).toContain('was not finished');
    const replaced = await folder.run('move', ['--to', `sqlite:${target()}`, '--replace']);
    expect(replaced).toMatchObject({ code: 0 });
    expect(replaced.stdout).toMatch(new RegExp(`tombstones +${rows} +${rows} +[0-9a-f]{16} +equal`));
    expectSourceUntouched();
  };

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'a move that %s interrupts reports that, ends with 130, and leaves the source unchanged',
    async (signal) => {
      const moving = start();
      await isCopying();
      moving.child.kill(signal);
      expect(await moving.exited).toBe(130);
      expect(moving.output()).toContain(
        'The move was interrupted. The source was not changed. The target is incomplete',
      );
      expect(moving.output()).not.toContain('All tables are equal');
      expectSourceUntouched();
      await expectBrokenOff();
    },
  );

  it('a move that kill -9 ends leaves the source unchanged, and a target that no command accepts as a store', async () => {
    const { child, exited } = start();
    await isCopying();
    child.kill('SIGKILL');
    expect(await exited).toBeNull();
    expectSourceUntouched();
    await expectBrokenOff();
  });
});
