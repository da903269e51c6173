import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { coreSchema } from '../../config/core-schema.ts';
import { UsageError } from '../command-context.ts';

/** What the command made and changed. */
export interface NewAdapter {
  /** The path from the project's top folder. */
  readonly folder: string;
  /** Existing files that were changed. */
  readonly changed: readonly string[];
  readonly settings: readonly string[];
}

const listFile = 'adapters/index.ts';
const settingsFile = '.env.example';
const nameLengthMax = 40;

// `none` switches all adapters off. The other words cannot be the name of a variable.
const reservedNames =
  /^(?:none|index|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|export|extends|false|finally|for|function|if|import|in|instanceof|new|null|return|super|switch|this|throw|true|try|typeof|var|void|while|with|let|static|yield|await|package|interface|private|protected|public|implements|eval|arguments|adapters)$/;

/**
 * Copies the template under a new name and adds it to the list and to `.env.example`. All checks come first, so that a
 * refusal changes nothing.
 *
 * @param root the project's top folder
 * @throws UsageError when the name is bad or taken, or when the list of adapters has an unknown form
 */
export async function newAdapter(root: string, name: string): Promise<NewAdapter> {
  assertName(name);
  const names = namesFor(name);
  const folder = join('adapters', name);
  if (existsSync(join(root, folder)))
    throw new UsageError(`The folder adapters/${name}/ exists already. Choose another name.`);
  const list = readFileSync(join(root, listFile), 'utf8');
  const settingsText = readFileSync(join(root, settingsFile), 'utf8');
  const newList = addToList(list, name, names.identifier);
  const template = join(root, 'adapters/_template');
  const configText = readFileSync(join(template, 'config.ts'), 'utf8');
  assertUnused(template, names.identifier);
  const settings = readTemplateSettings(configText).map((setting) => renamed(setting, name));
  assertFree(
    settings.map((setting) => setting.name),
    settingsText,
  );

  cpSync(template, join(root, folder), { recursive: true });
  try {
    for (const path of filesUnder(join(root, folder))) {
      writeFileSync(path, await formatted(rename(readFileSync(path, 'utf8'), name), path));
    }
    writeFileSync(join(root, settingsFile), settingsText.trimEnd() + '\n\n' + settingsBlock(name, settings));
    writeFileSync(join(root, listFile), await formatted(newList, join(root, listFile)));
  } catch (error) {
    rmSync(join(root, folder), { recursive: true, force: true });
    writeFileSync(join(root, settingsFile), settingsText);
    writeFileSync(join(root, listFile), list);
    throw error;
  }
  return {
    folder: `adapters/${name}`,
    changed: [listFile, settingsFile],
    settings: settings.map((setting) => setting.name),
  };
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

/** Two adapters must not read the same variable, and no adapter can use a variable of the receiver. */
function assertFree(names: readonly string[], settingsText: string): void {
  const taken = names.find(
    (name) => name in coreSchema.shape || new RegExp(`^#?${name}=`, 'm').test(settingsText),
  );
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
  // One pass, so that a name with the word "template" in it is not renamed again.
  return text.replace(/TEMPLATE_|_template|\btemplate\b/g, (found) => {
    if (found === 'TEMPLATE_') return `${prefix}_`;
    return found === '_template' ? name : identifier;
  });
}

/** @throws UsageError when the list of adapters has an unknown form */
function addToList(list: string, name: string, identifier: string): string {
  const imports = [...list.matchAll(/^import .*;$/gm)].at(-1);
  const entries = /(adapters: readonly AdapterDefinition\[\] = \[)([^\]]*)(\];)/.exec(list);
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

interface TemplateSetting {
  readonly name: string;
  readonly about: string;
  readonly fallback: string;
}

/** Reads the settings from the text of the template's config. Each setting has a default and a description. */
function readTemplateSettings(text: string): TemplateSetting[] {
  const pattern = /^ {2}(TEMPLATE_\w+): [^]*?\.default\('([^']*)'\)\s*\.describe\('([^']*)'\)/gm;
  return [...text.matchAll(pattern)].map(([, name = '', fallback = '', about = '']) => ({
    name,
    fallback,
    about,
  }));
}

function renamed(setting: TemplateSetting, name: string): TemplateSetting {
  return {
    name: rename(setting.name, name),
    about: rename(setting.about, name),
    fallback: rename(setting.fallback, name),
  };
}

function settingsBlock(name: string, settings: readonly TemplateSetting[]): string {
  const head = `# --- ${name} `.padEnd(110, '-');
  const lines = settings.flatMap(({ name: key, about, fallback }) => [
    '',
    `# ${about}`,
    `#${key}=${fallback}`,
  ]);
  return `${[head, ...lines].join('\n')}\n`;
}
