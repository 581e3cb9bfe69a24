import { HttpClient } from '@/signalling/http'
import { DeskApi } from '../api/deskApi'
import { Http } from '../api/http'
import { ReviewApi } from '../api/reviewApi'
import type { Services } from '../services'
import { fakeDeskTransport, FakeRoom } from './fakeHubs'
import { fakeIntegrity } from './fakeReview'
import { FakeWorld } from './fakeWorld'

/** `vite --mode fake`: the pages without a server, for looking at every state. Never part of a build. */
export function makeFakeServices(): Services {
  const world = new FakeWorld()
  const room = new FakeRoom(world)
  // The gallery turns these knobs.
  Object.assign(window, { fakeWorld: world, fakeCall: room })
  const http = new Http(new HttpClient({ fetch: world.fetch }))
  const api = new DeskApi(http)
  api.photoUrl = (photoId) => `data:image/svg+xml,${encodeURIComponent(photo(photoId))}`
  return { http, api, review: new ReviewApi(http), integrity: fakeIntegrity(world.asked.names), deskTransport: fakeDeskTransport(world), callTransport: room.transport }
}

function photo(photoId: string): string {
  const hue = { p1: 28, p2: 205, p3: 150 }[photoId] ?? 0
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300"><rect width="400" height="300" fill="hsl(${hue} 30% 46%)"/><rect x="110" y="70" width="180" height="150" rx="40" fill="#f2f2ee"/><path d="M150 100l60 50-20 40 50 30" stroke="#333" stroke-width="3" fill="none"/></svg>`
}
