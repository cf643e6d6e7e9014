/**
 * What comes with the package: every package that its own dependencies bring into an installation, and why it is there.
 *
 * `node scripts/dependencies.mjs [--write]` prints the tree, read from package-lock.json and node_modules, and holds the table of SECURITY.md to it. It
 * fails where a package has an install script, a licence that is not permissive, no hash in the lock file, or no reason here.
 * @module
 */
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { readPackage, root } from './entries.mjs'
import { syncSections } from './sections.mjs'

/** Why each is there. A package that is not named here must not come along. */
const REASONS = {
  jose: 'Signs and verifies the tokens of a relay and those of Entra ID, in `./edge`; the emulator signs with it. Nobody should write JWT verification a second time',
  ky: 'Repeats attempts by the rules that services give, in the main entry. `./core` does without it',
  oauth4webapi: 'Asks Entra ID for tokens, in `./edge`: client credentials, on-behalf-of, certificates',
  valibot: 'Proves what comes from outside: a broker’s answer in `./broker`, requests in `./edge`',
}
const PERMISSIVE = ['MIT', 'ISC', '0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause']
/** npm runs these when it installs a package from a registry. https://docs.npmjs.com/cli/using-npm/scripts#npm-install */
const ON_INSTALL = ['preinstall', 'install', 'postinstall']

/**
 * One package that comes along.
 * @typedef {object} Dependency
 * @property {string} name
 * @property {string} version
 * @property {string} licence
 * @property {readonly string[]} by Who asks for it; the package itself where it is direct.
 * @property {readonly string[]} installScripts
 * @property {string} integrity Its hash in the lock file.
 * @property {number} bytes Of its files.
 */

/**
 * Follows the dependencies of production, optional and required peer ones included.
 *
 * @returns {Dependency[]}
 */
export function productionTree(directory = root) {
  const { packages } = JSON.parse(readFileSync(join(directory, 'package-lock.json'), 'utf8'))
  const manifest = readPackage(directory)
  const found = new Map()
  const visit = (from, by, wanted) => {
    for (const name of Object.keys(wanted)) {
      const path = locate(packages, from, name)
      const known = found.get(path)
      if (known) {
        known.by.push(by)
        continue
      }
      const { version, license = 'none', integrity = '', dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta = {} } = packages[path]
      const { scripts = {} } = JSON.parse(readFileSync(join(directory, path, 'package.json'), 'utf8'))
      found.set(path, { name, version, licence: license, by: [by], installScripts: ON_INSTALL.filter((script) => scripts[script]), integrity, bytes: sizeOf(join(directory, path)) })
      const peers = Object.fromEntries(Object.entries(peerDependencies ?? {}).filter(([peer]) => !peerDependenciesMeta[peer]?.optional))
      visit(path, name, { ...dependencies, ...optionalDependencies, ...peers })
    }
  }
  visit('', manifest.name, { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies })
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Where a package is found from another: in its own folder, or in one around it. */
function locate(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder ? `${folder}/` : ''}node_modules/${name}`
    if (packages[path]) return path
    if (!folder) throw new Error(`Cannot read package-lock.json: it has no ${name} for ${from || 'the package'}`)
  }
}

function sizeOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce((sum, file) => sum + (file.isFile() ? statSync(join(file.parentPath, file.name)).size : 0), 0)
}

/**
 * Says what is wrong with a tree; nothing where nothing is.
 *
 * @param {readonly Dependency[]} tree
 * @returns {string[]}
 */
export function objections(tree) {
  return [
    ...tree.flatMap(({ name, licence, installScripts, integrity }) => [
      ...(Object.hasOwn(REASONS, name) ? [] : [`${name} comes along, and nobody has said why`]),
      ...(PERMISSIVE.includes(licence) ? [] : [`${name} has the licence ${licence}, which is none of ${PERMISSIVE.join(', ')}`]),
      ...installScripts.map((script) => `${name} runs a script when it is installed: ${script}`),
      ...(/^sha512-[\w+/]{86}==$/.test(integrity) ? [] : [`${name} has no hash in package-lock.json`]),
    ]),
    ...Object.keys(REASONS).filter((name) => !tree.some((dependency) => dependency.name === name)).map((name) => `${name} has a reason, and does not come along`),
  ]
}

/** The table of SECURITY.md. @param {readonly Dependency[]} tree */
export function tableOf(tree) {
  const rows = tree.map(({ name, version, licence, by, installScripts, bytes }) => `| ${[`\`${name}\` ${version}`, licence, by.join(', '), `${Math.round(bytes / 1000)} kB`, installScripts.join(', ') || 'none', REASONS[name] ?? '**none**'].join(' | ')} |`)
  return ['| package | licence | asked for by | installed | install scripts | why |', '| --- | --- | --- | --- | --- | --- |', ...rows].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const tree = productionTree()
  const table = tableOf(tree)
  console.log(table)
  const problems = objections(tree)
  if (!syncSections(`${root}SECURITY.md`, { dependencies: table })) problems.push('the table of SECURITY.md is another: node scripts/dependencies.mjs --write')
  for (const problem of problems) console.error(`Cannot vouch for the dependencies: ${problem}`)
  process.exitCode = problems.length > 0 ? 1 : 0
}
