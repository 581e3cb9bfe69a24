import { fileURLToPath } from 'node:url'

export const repository = fileURLToPath(new URL('../../..', import.meta.url))
export const serverDll = `${repository}src/AfterSales.Video.Server/bin/Release/net10.0/AfterSales.Video.Server.dll`
export const verifyDll = `${repository}src/AfterSales.Video.Verify/bin/Release/net10.0/AfterSales.Video.Verify.dll`
export const probeDll = `${repository}tests/AfterSales.Video.MediaProbe/bin/Release/net10.0/AfterSales.Video.MediaProbe.dll`
export const contentFolder = `${repository}.cache/e2e-content`
