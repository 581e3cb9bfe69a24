import type { MessageTable, MessageTables } from './messages'

/**
 * For tests: everything wrong with a pair of tables, as sentences; empty when all is well.
 * @param sources the text of all files that use the tables. A key counts as used when it stands there in quotes, or when a
 * template string `prefix.${…}` covers it.
 */
export function tableProblems<Table extends MessageTable>(tables: MessageTables<Table>, sources: readonly string[]): string[] {
  const [zh, en]: [MessageTable, MessageTable] = [tables['zh-CN'], tables.en]
  const code = sources.join('\n')
  const prefixes = [...code.matchAll(/`([a-z_]+(?:\.[a-z_]+)*\.)\$\{/g)].map((match) => match[1] ?? '')
  const isUsed = (key: string) => code.includes(`'${key}'`) || prefixes.some((prefix) => key.startsWith(prefix))
  return [
    ...Object.keys(zh).filter((key) => !(key in en)).map((key) => `${key} has no English text`),
    ...Object.keys(en).filter((key) => !(key in zh)).map((key) => `${key} has no Chinese text`),
    ...Object.keys(zh).filter((key) => !isUsed(key)).map((key) => `${key} is not used`),
    ...Object.entries(zh).filter(([key, text]) => parametersOf(text) !== parametersOf(en[key] ?? '')).map(([key]) => `${key} differs in parameters`),
    ...[...Object.entries(zh), ...Object.entries(en)].filter(([, text]) => text.trim() === '').map(([key]) => `${key} is empty`),
  ]
}

function parametersOf(text: string): string {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort().join(',')
}
