/** Shape Detection API, where the browser has it (Chrome on Android and macOS). */
type Detector = { detect(image: ImageBitmap): Promise<readonly { readonly rawValue: string }[]> }
type DetectorClass = new (options: { formats: readonly string[] }) => Detector

const detector = (): DetectorClass | undefined => (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector

export function canScan(): boolean {
  return detector() !== undefined
}

/** Text of the first QR code in a picture; null when there is none. */
export async function readCode(picture: Blob): Promise<string | null> {
  const Detect = detector()
  if (Detect === undefined) return null
  try {
    const found = await new Detect({ formats: ['qr_code'] }).detect(await createImageBitmap(picture))
    return found[0]?.rawValue ?? null
  } catch {
    return null
  }
}
