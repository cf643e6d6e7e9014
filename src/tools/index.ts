/**
 * The entry `keyless-chat/tools`: functions that a model may call, and the loop that calls them.
 * Runtimes: browsers, Workers, Deno, Bun, Node. Imports: `./run.ts`, `./tool.ts`.
 * @module
 */
export { runTools } from './run.ts'
export { tool } from './tool.ts'
export type { ApprovalRequest } from './answer.ts'
export type { ToolResultEvent, ToolRun, ToolRunEvent, ToolRunResult } from './events.ts'
export type { RunToolsOptions } from './run.ts'
export type { Tool, ToolContext, ToolInput, ToolOptions } from './tool.ts'
