/** Which devices this desk uses, kept on this computer only. */
export type DeviceChoice = { readonly microphone: string | null; readonly camera: string | null; readonly speaker: string | null }

const storageKey = 'desk.devices'
const none: DeviceChoice = { microphone: null, camera: null, speaker: null }

export function rememberedDevices(): DeviceChoice {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(storageKey) ?? 'null')
    if (typeof value !== 'object' || value === null) return none
    const record = value as Record<string, unknown>
    const id = (name: string): string | null => (typeof record[name] === 'string' ? record[name] : null)
    return { microphone: id('microphone'), camera: id('camera'), speaker: id('speaker') }
  } catch {
    return none
  }
}

export function rememberDevices(choice: DeviceChoice): void {
  localStorage.setItem(storageKey, JSON.stringify(choice))
}
