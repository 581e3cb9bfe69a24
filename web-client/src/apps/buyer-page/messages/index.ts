import { translator } from '@/ui/messages'
import { en } from './en'
import { zh } from './zh'

export const tables = { 'zh-CN': zh, en } as const
export const t = translator<typeof zh>(tables)
export type BuyerMessage = keyof typeof zh
