import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { adapters } from '../../../adapters/index.ts';
import { coreSchema } from '../../config/core-schema.ts';
import { UsageError } from '../command-context.ts';

/** What the command made and changed. */
export interface NewAdapter {
  /** The path from the project's top folder. */
  readonly folder: string;
  readonly settings: readonly string[];
}

/** The file that lists a fork's own adapters. Git ignores it. */
export const listFile = 'adapters/local.ts';
const emptyList = `import type { AdapterDefinition } from '#contract';

/** The adapters of this fork. */
export const localAdapters: readonly AdapterDefinition[] = [];
`;

/** What can be copied: an adapter for a file, or for an HTTP API. */
export type TemplateName = '_template' | '_template-http';

const nameLengthMax = 40;

// `none` switches all adapters off. The other words cannot be the name of a variable.
const reservedNames =
  /^(?:none|index|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|export|extends|false|finally|for|function|if|import|in|instanceof|new|null|return|super|switch|this|throw|true|try|typeof|var|void|while|with|let|static|yield|await|package|interface|private|protected|public|implements|eval|arguments|adapters)$/;

/**
 * Copies a template under a new name and adds it to the list of local adapters. All checks come first, so that a
 * refusal changes nothing.
 *
 * @param root the project's top folder
 * @throws UsageError when the name is bad or taken, or when the list of adapters has an unknown form
 */
export async function newAdapter(
  root: string,
  name: string,
  templateName: TemplateName,
): Promise<NewAdapter> {
  assertName(name);
  const names = namesFor(name);
  const folder = join('adapters', name);
  if (existsSync(join(root, folder)))
    throw new UsageError(`The folder adapters/${name}/ exists already. Choose another name.`);
  const list = existsSync(join(root, listFile)) ? readFileSync(join(root, listFile), 'utf8') : undefined;
  const newList = addToList(list ?? emptyList, name, names.identifier);
  const template = join(root, 'adapters', templateName);
  const configText = readFileSync(join(template, 'config.ts'), 'utf8');
  assertUnused(template, names.identifier);
  const settings = [...configText.matchAll(/^ {2}(TEMPLATE_\w+):/gm)].map(([, setting = '']) =>
    rename(setting, name),
  );
  assertFree(settings);

  cpSync(template, join(root, folder), { recursive: true });
  try {
    for (const path of filesUnder(join(root, folder))) {
      writeFileSync(path, await formatted(rename(readFileSync(path, 'utf8'), name), path));
    }
    writeFileSync(join(root, listFile), await formatted(newList, join(root, listFile)));
  } catch (error) {
    rmSync(join(root, folder), { recursive: true, force: true });
    if (list === undefined) rmSync(join(root, listFile), { force: true });
    else writeFileSync(join(root, listFile), list);
    throw error;
  }
  return { folder: `adapters/${name}`, settings };
}

function assertName(name: string): void {
  const rule =
    'A name must be in lower case, begin with a letter and have hyphens between its words: acme-crm.';
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name))
    throw new UsageError(`"${name}" cannot be a name. ${rule}`);
  if (name.length > nameLengthMax)
    throw new UsageError(`A name can have at most ${nameLengthMax} characters.`);
  if (reservedNames.test(name)) throw new UsageError(`"${name}" is a reserved word. Choose another name.`);
}

/** Refuses a setting that another adapter or the receiver already reads. */
function assertFree(names: readonly string[]): void {
  const schemas = [coreSchema, ...adapters.map(({ configSchema }) => configSchema)];
  const taken = names.find((name) => schemas.some(({ shape }) => name in shape));
  if (taken !== undefined)
    throw new UsageError(
      `The new adapter would need the setting ${taken}, which exists already. Choose another name.`,
    );
}

interface Names {
  /** `acmeCrm` */
  readonly identifier: string;
  /** `ACME_CRM` */
  readonly prefix: string;
}

function namesFor(name: string): Names {
  return {
    identifier: name.replace(/-([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase()),
    prefix: name.toUpperCase().replaceAll('-', '_'),
  };
}

/** @throws UsageError when the template's files use the identifier: the copy would declare it twice */
function assertUnused(template: string, identifier: string): void {
  const word = new RegExp(`\\b${identifier}\\b`);
  const files = filesUnder(template).filter((file) => file.endsWith('.ts'));
  if (files.some((file) => identifier !== 'template' && word.test(readFileSync(file, 'utf8')))) {
    throw new UsageError(
      `The files of an adapter use "${identifier}" for something else. Choose another name.`,
    );
  }
}

/** The paths of all files in a folder and its subfolders. */
function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Formats a file again, because a name of another length changes where lines break. */
async function formatted(text: string, path: string): Promise<string> {
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}

/** Replaces the three spellings of the template's name. */
function rename(text: string, name: string): string {
  const { identifier, prefix } = namesFor(name);
  // In one pass: a name that holds the word "template" is not renamed again.
  return text.replace(/TEMPLATE_|_template(?:-http)?|\btemplate\b/g, (found) => {
    if (found === 'TEMPLATE_') return `${prefix}_`;
    return found === 'template' ? identifier : name;
  });
}

/** @throws UsageError when the list of adapters has an unknown form */
function addToList(list: string, name: string, identifier: string): string {
  const imports = [...list.matchAll(/^import .*;$/gm)].at(-1);
  const entries = /(localAdapters: readonly AdapterDefinition\[\] = \[)([^\]]*)(\];)/.exec(list);
  if (imports === undefined || entries === null || new RegExp(`\\b${identifier}\\b`).test(list)) {
    throw new UsageError(
      `${listFile} has an unknown form or names ${identifier} already, so nothing was changed. Add the adapter by hand.`,
    );
  }
  const [whole, open = '', inside = '', close = ''] = entries;
  const names = inside.split(',').map((entry) => entry.trim());
  const added = [...names.filter((entry) => entry !== ''), identifier].join(', ');
  const end = imports.index + imports[0].length;
  return (
    `${list.slice(0, end)}\nimport { ${identifier} } from './${name}/index.ts';` +
    list.slice(end).replace(whole, `${open}${added}${close}`)
  );
}
