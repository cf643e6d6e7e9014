import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, test } from 'vitest'
import { distTag } from '../../scripts/release-dry-run.mjs'
import { ROOT } from './artifact.ts'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
}
interface Job {
  readonly 'runs-on'?: string
  readonly 'timeout-minutes'?: number
  readonly needs?: string
  readonly environment?: string
  readonly permissions?: Readonly<Record<string, string>>
  readonly steps: readonly Step[]
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions?: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, Job>>
}

const FOLDER = join(ROOT, '.github/workflows')
const names = readdirSync(FOLDER)
// Bun reads YAML, and is among the runtimes of the tests already.
const bun = join(ROOT, 'node_modules/.bin/bun')
const parse = (name: string): Workflow => {
  const { stdout, stderr } = spawnSync(bun, ['-e', 'console.log(JSON.stringify(Bun.YAML.parse(await Bun.stdin.text())))'], { input: readFileSync(join(FOLDER, name)), encoding: 'utf8' })
  if (!stdout) throw new Error(`Cannot read ${name}: ${stderr}`)
  return JSON.parse(stdout) as Workflow
}
const jobsOf = (workflow: Workflow) => Object.entries(workflow.jobs)
const runs = (job: Job | undefined) => job?.steps.flatMap(({ run }) => run ?? []) ?? []

test('the workflows are those that there are tests for', () => {
  expect(names.toSorted()).toEqual(['ci.yml', 'release.yml'])
})

describe.skipIf(!existsSync(bun)).each(names)('%s', (name) => {
  test('pins every action by a whole commit, and says which version that is', () => {
    const uses = readFileSync(join(FOLDER, name), 'utf8').split('\n').filter((line) => /\buses:/.test(line))
    expect(uses.length).toBeGreaterThan(0)
    for (const line of uses) expect(line).toMatch(/^ +- uses: actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
    expect(jobsOf(parse(name)).flatMap(([, { steps }]) => steps.flatMap(({ uses: action }) => action ?? [])).length).toBe(uses.length)
  })

  test('gives no right at the top, and to jobs none but to read and to say who they are', () => {
    const workflow = parse(name)
    expect(workflow.permissions).toEqual({})
    for (const [job, { permissions }] of jobsOf(workflow)) {
      expect(permissions, job).toBeDefined()
      for (const [right, level] of Object.entries(permissions ?? {})) expect(['contents: read', 'id-token: write'], job).toContain(`${right}: ${level}`)
    }
  })

  test('leaves no credential in a checkout, restores no cache and ends in time', () => {
    for (const [job, { steps, ...rest }] of jobsOf(parse(name))) {
      expect(rest['timeout-minutes'], job).toBeLessThanOrEqual(45)
      for (const step of steps) {
        if (step.uses?.startsWith('actions/checkout@')) expect(step.with?.['persist-credentials'], job).toBe(false)
        if (step.uses?.startsWith('actions/setup-node@')) expect(step.with?.['package-manager-cache'], job).toBe(false)
      }
    }
  })

  test('holds no secret, is not started by strangers with rights, and lets no event write its commands', () => {
    const text = readFileSync(join(FOLDER, name), 'utf8')
    expect(text).not.toMatch(/secrets\.|_TOKEN/)
    expect(Object.keys(parse(name).on)).not.toContain('pull_request_target')
    expect(Object.keys(parse(name).on)).not.toContain('workflow_run')
    for (const [, job] of jobsOf(parse(name))) for (const run of runs(job)) expect(run).not.toContain('${{')
  })
})

describe.skipIf(!existsSync(bun))('ci.yml', () => {
  test('runs what every change must pass, and tries to publish without publishing', () => {
    const commands = jobsOf(parse('ci.yml')).flatMap(([, job]) => runs(job))
    expect(commands).toContain('.ci/run')
    expect(commands).toContain('node scripts/check-release.mjs --dry-run')
    expect(commands.filter((command) => command.includes('publish'))).toEqual([])
  })
})

describe.skipIf(!existsSync(bun))('release.yml', () => {
  test('starts with a tag alone', () => {
    expect(parse('release.yml').on).toEqual({ push: { tags: ['v[0-9]+.[0-9]+.[0-9]+*'] } })
  })

  test('checks the tag first, then everything, then tries what it will do', () => {
    const [check, all, dry, pack] = runs(parse('release.yml').jobs['build'])
    expect(check).toBe('node scripts/check-release.mjs "$GITHUB_REF_NAME" "$GITHUB_REPOSITORY"')
    expect(all).toBe('.ci/run')
    expect(dry).toBe('node scripts/check-release.mjs --dry-run')
    expect(pack).toMatch(/npm pack --ignore-scripts/)
    expect(parse('release.yml').jobs['build']?.permissions).toEqual({ contents: 'read' })
  })

  test('publishes to npm what was tested, with its provenance, and runs nothing else where it may', () => {
    const { npm } = parse('release.yml').jobs
    expect(npm).toMatchObject({ needs: 'build', environment: 'release', permissions: { 'id-token': 'write' } })
    expect(runs(npm)).toEqual([expect.stringMatching(/^npm publish \.\/packed\/\*\.tgz --provenance --access public --ignore-scripts --tag "/)])
  })

  test.each([['v1.2.3', 'latest'], ['v1.2.3-rc.1', 'next']])('gives %s the tag %s on npm, as its dry run does', (name, tag) => {
    const [command = ''] = runs(parse('release.yml').jobs['npm'])
    // GitHub runs it by bash; npm is one that says what it was called with.
    const { stdout } = spawnSync('bash', ['-c', `npm() { printf '%s\n' "$@"; }\n${command}`], { env: { ...process.env, GITHUB_REF_NAME: name }, encoding: 'utf8' })
    expect(stdout.trim().split('\n').slice(-2)).toEqual(['--tag', tag])
    expect(distTag(name.slice(1))).toBe(tag)
  })

  test('publishes to JSR by its provenance too, with scripts of packages switched off', () => {
    const { jsr } = parse('release.yml').jobs
    expect(jsr).toMatchObject({ needs: 'build', environment: 'release', permissions: { contents: 'read', 'id-token': 'write' } })
    expect(runs(jsr)).toEqual(['npm ci --ignore-scripts', 'npm exec --no -- deno publish --no-check'])
  })
})
