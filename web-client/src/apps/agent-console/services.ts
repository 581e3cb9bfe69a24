import { inject, type InjectionKey } from 'vue'
import type { HubTransportFactory } from '@/signalling/hub-transport'
import type { DeskApi } from './api/deskApi'
import type { Http } from './api/http'
import type { ReviewApi } from './api/reviewApi'
import type { IntegrityRunner } from './review/integrity/integrityRun'

/** What the pages need from the outside. One real set, one fake set for development without a server. */
export type Services = {
  readonly http: Http
  readonly api: DeskApi
  readonly review: ReviewApi
  readonly integrity: IntegrityRunner
  readonly deskTransport: HubTransportFactory
  readonly callTransport: HubTransportFactory
}

export const servicesKey: InjectionKey<Services> = Symbol('services')

export function useServices(): Services {
  const services = inject(servicesKey)
  if (services === undefined) throw new Error('services are provided in main.ts')
  return services
}
