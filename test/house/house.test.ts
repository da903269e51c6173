import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adapters, loadLocalAdapters } from '../../adapters/index.ts';
import { readSourceFiles, root, type SourceFile } from './source-files.ts';

const files = readSourceFiles();
const production = files.filter((file) => !/^(?:adapters\/[^/]+\/)?test\//.test(file.path));

const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};
const { exclude } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as { exclude: string[] };
const built = production.filter((file) => !exclude.includes(file.path));

/**
 * The rooms, and the rooms from which each may import besides itself. `src/app` and `src/cli` put everything together.
 */
const mayImport: Readonly<Record<string, readonly string[] | 'everything'>> = {
  'src/main.ts': 'everything',
  'src/app': 'everything',
  // The only way to the terminal.
  'src/cli/print.ts': ['src/domain'],
  'src/cli': 'everything',
  'src/simulate': [
    'adapters',
    'src/domain',
    'src/config',
    'src/database',
    'src/reporting',
    'src/cli/print.ts',
  ],
  // The imports of adapters are listed below.
  adapters: [],
  'src/domain': [],
  'src/database': ['src/domain'],
  'src/contract': ['src/domain', 'src/database'],
  'src/crm': ['src/domain', 'src/contract'],
  'src/reporting': ['src/domain', 'src/database'],
  'src/config': ['src/domain', 'src/database'],
  'src/intake': ['src/domain', 'src/reporting'],
  'src/store': ['src/domain', 'src/database'],
  'src/auth': ['src/domain', 'src/config', 'src/intake', 'src/store'],
  'src/web': ['src/domain', 'src/store', 'src/auth'],
  'src/store-thread': ['src/domain', 'src/database', 'src/intake', 'src/store', 'src/web', 'src/quarantine'],
  'src/http': [
    'src/domain',
    'src/config',
    'src/intake',
    'src/store',
    'src/store-thread',
    'src/database',
    'src/auth',
    'src/web',
  ],
  'src/quarantine': ['src/domain', 'src/intake', 'src/store', 'src/web'],
  'src/console': [
    'src/domain',
    'src/config',
    'src/intake',
    'src/reporting',
    'src/store',
    'src/database',
    'src/auth',
    'src/web',
    'src/quarantine',
  ],
  'src/delivery': ['src/domain', 'src/contract', 'src/store', 'src/database'],
};

/** The parts of the kit that an adapter can import. */
const surfaces = ['#contract', '#crm', '#reporting'];

/** The most files in one folder: more cannot be surveyed at a glance. A folder of tests can have a few more. */
const filesInFolderMax = 25;
const testsInFolderMax = 30;

function roomOf(path: string): string {
  return Object.keys(mayImport).find((room) => path === room || path.startsWith(`${room}/`)) ?? 'nowhere';
}

function forbiddenImports(file: SourceFile): string[] {
  const room = roomOf(file.path);
  const others = mayImport[room] ?? [];
  if (others === 'everything') return [];
  return file.imports
    .filter((imported) => ![room, ...others].includes(roomOf(imported)))
    .map((to) => `${file.path} -> ${to}`);
}

describe('the project', () => {
  it('the project imports only along the map of rooms', () => {
    const strays = production.filter((file) => !file.path.startsWith('adapters/')).flatMap(forbiddenImports);
    expect(strays).toEqual([]);
  });

  it('the project has every source file in one of its rooms', () => {
    const strays = production.filter(
      (file) => !file.path.startsWith('adapters/') && roomOf(file.path) === 'nowhere',
    );
    expect(strays.map((file) => file.path)).toEqual([]);
  });

  it('an adapter sees #contract, #crm, #reporting and its own folder only', () => {
    const strays = production
      .filter(
        (file) => file.path.startsWith('adapters/') && !/^adapters\/(?:index|local)\.ts$/.test(file.path),
      )
      .flatMap((file) => {
        const folder = file.path.split('/').slice(0, 2).join('/');
        return file.imports
          .filter((imported) => !surfaces.includes(imported) && !imported.startsWith(`${folder}/`))
          .map((imported) => `${file.path} -> ${imported}`);
      });
    expect(strays).toEqual([]);
  });

  it('the project has no cycle of imports, types included', () => {
    expect(findCycle(new Map(production.map((file) => [file.path, file.imports])))).toBeUndefined();
  });

  it('every source file has at most 300 lines', () => {
    const long = production.filter((file) => file.text.split('\n').length > 301).map((file) => file.path);
    expect(long).toEqual([]);
  });

  it('most source files have at most 150 lines', () => {
    const calm = production.filter((file) => file.text.split('\n').length <= 151);
    expect(calm.length / production.length).toBeGreaterThan(0.7);
  });

  it('a folder has at most 25 files, or 30 in a folder of tests, besides sub-folders', () => {
    const counts = new Map<string, number>();
    const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => `test/${path.replaceAll('\\', '/')}`);
    for (const path of [...files.map((file) => file.path), ...tests])
      counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
    const isTests = (folder: string): boolean => /(?:^|\/)test(?:\/|$)/.test(folder);
    const crowded = [...counts].filter(
      ([folder, count]) => count > (isTests(folder) ? testsInFolderMax : filesInFolderMax),
    );
    expect(crowded).toEqual([]);
  });

  it('no file has a meaningless name such as utils', () => {
    const drawers = /(?:^|\/)(?:types|utils?|helpers?|common|misc|shared|lib)(?:\.ts$|\/)|\d\.ts$/;
    expect(production.filter((file) => drawers.test(file.path)).map((file) => file.path)).toEqual([]);
  });

  it('file names are in kebab case', () => {
    const odd = files.filter(
      (file) => !file.path.split('/').every((part) => /^_?[a-z0-9-]+(?:(?:\.test)?\.ts)?$/.test(part)),
    );
    expect(odd.map((file) => file.path)).toEqual([]);
  });

  it('every adapter has the same files', () => {
    const folders = [...new Set(files.map((file) => /^adapters\/([^/]+)\//.exec(file.path)?.[1]))].filter(
      Boolean,
    );
    const names = ['index.ts', 'config.ts', 'mapping.ts', 'client.ts', 'deliver.ts', 'test/contract.test.ts'];
    const missing = folders.flatMap((folder) =>
      [...names, 'README.md', 'samples.json']
        .map((name) => `adapters/${String(folder)}/${name}`)
        .filter((path) => !existsSync(join(root, path))),
    );
    expect(missing).toEqual([]);
    expect(folders).toContain('_template');
  });

  it('one place lists every adapter except the templates', async () => {
    await loadLocalAdapters();
    const listed = adapters.map(({ name }) => name);
    const folders = files.map((file) => /^adapters\/([^_][^/]*)\//.exec(file.path)?.[1]);
    expect([...new Set(folders)].filter((folder) => folder !== undefined).sort()).toEqual(listed.sort());
  });

  it('the project reads the environment only at its edges', () => {
    const readers = production.filter((file) =>
      /\bprocess\.env\b/.test(file.text.replace(/^\s*(?:\*|\/\/).*$/gm, '')),
    );
    const strays = readers
      .map((file) => file.path)
      .filter((path) => !/^src\/(?:main\.ts|(?:cli|simulate)\/)/.test(path));
    expect(strays).toEqual([]);
  });

  it('only one file reads the address of a caller', () => {
    const reads = /\brequest\??\.ips?\b|\bips?\b[^;\n]*\} = request\b|\bremoteAddress\b/;
    const readers = production.filter((file) => reads.test(file.text)).map((file) => file.path);
    expect(readers).toEqual(['src/auth/caller-address.ts']);
  });

  it('only one file writes to the terminal, and it cleans what it writes', () => {
    const writes =
      /\bconsole(?:\.\w+\(|\[)|\bwrite\(process\.std(?:out|err)\b|\bstd(?:out|err)\b[^\n]*\.(?:write|end|pipe)\b|\bwriteSync\([012]\b/;
    const writers = production.filter((file) => writes.test(file.text)).map((file) => file.path);
    expect(writers).toEqual(['src/cli/print.ts']);
  });

  it('the streams of the terminal are used only where they are passed on', () => {
    const reaches = /\bstd(?:out|err)\b/;
    const code = (text: string): string => text.replace(/^\s*(?:\*|\/\/).*$/gm, '');
    const reachers = production.filter((file) => reaches.test(code(file.text))).map((file) => file.path);
    // The log, the credentials of the first start, and the progress bar.
    const handedOn = ['src/app/logger.ts', 'src/app/run-receiver.ts', 'src/simulate/output.ts'];
    expect(reachers.sort()).toEqual([...handedOn, 'src/cli/print.ts'].sort());
  });

  it('only src/database/dialect.ts compares the name of a database', () => {
    const asks =
      /(?:[=!]==|\bcase)\s*'(?:sqlite|postgres|mysql)'|startsWith\('(?:sqlite|postgres|mysql|mariadb)/;
    const askers = production.filter((file) => asks.test(file.text)).map((file) => file.path);
    // Here the scheme of a URL becomes a name.
    expect(askers.filter((path) => path !== 'src/database/database-url.ts')).toEqual([]);
  });

  it('production code imports only packages of `dependencies`, including types', () => {
    const strays = built
      .flatMap((file) => file.packages.map((name) => ({ path: file.path, name })))
      .filter(({ name }) => !name.startsWith('node:'))
      .filter(({ name }) => !Object.keys(dependencies).some((known) => `${name}/`.startsWith(`${known}/`)));
    expect(strays).toEqual([]);
  });

  it('production code imports every package of `dependencies`', () => {
    const imported = built.flatMap((file) => file.packages);
    // knex loads the driver for the URL of a database.
    const loadedByKnex = ['sqlite3', 'mysql2', 'pg'];
    const idle = Object.keys(dependencies)
      .filter((name) => !loadedByKnex.includes(name))
      .filter((name) => !imported.some((path) => `${path}/`.startsWith(`${name}/`)));
    expect(idle).toEqual([]);
  });

  it('the `dependencies` contain no types and no compiler', () => {
    const compileTime = /^@types\/|^(?:typescript|tsx|esbuild|@typescript\/.*)$/;
    expect(Object.keys(dependencies).filter((name) => compileTime.test(name))).toEqual([]);
  });

  it('the project uses neither Open CTI nor the SOAP login, which Salesforce retires', () => {
    const ending = /opencti|open[ _-]cti|services\/Soap\b|\bsforce\.|\bloginBySoap\b/i;
    const users = files.filter(
      ({ path, text }) =>
        !path.startsWith('test/') &&
        (ending.test(text) || (path.startsWith('adapters/') && /\.login\(/.test(text))),
    );
    expect(users.map(({ path }) => path)).toEqual([]);
  });

  it("only a vendor's adapter loads the vendor's library", () => {
    const vendors = ['jsforce', '@hubspot/api-client'];
    const strays = production.filter(
      (file) =>
        file.packages.some((name) => vendors.includes(name)) &&
        !/^adapters\/(?:salesforce|hubspot)\//.test(file.path),
    );
    expect(strays.map((file) => file.path)).toEqual([]);
  });
});

function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const next of graph.get(path) ?? []) {
      const target = next.startsWith('#') ? `src/${next.slice(1)}/index.ts` : next;
      const cycle = visit(target, [...trail, path]);
      if (cycle !== undefined) return cycle;
    }
    done.add(path);
    return undefined;
  };
  for (const path of graph.keys()) {
    const cycle = visit(path, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
