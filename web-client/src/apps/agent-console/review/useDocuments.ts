import { shallowRef, watch, type Ref } from 'vue'
import type { ReviewPlaybackView } from '@/contracts/generated'
import { useServices } from '../services'
import { readStoryboard, type Storyboard } from './player/storyboard'
import { readWaveform, type VoicePeaks } from './player/waveform'

/** Storyboard and waveform, when they are there: the player works without. */
export function useDocuments(playback: Ref<ReviewPlaybackView | null>) {
  const { review } = useServices()
  const storyboard = shallowRef<Storyboard | null>(null)
  const waveform = shallowRef<readonly VoicePeaks[]>([])

  watch(() => playback.value?.storyboardUrl ?? null, async (url) => {
    storyboard.value = null
    if (url === null) return
    const result = await review.document(url)
    if (result.ok && playback.value?.storyboardUrl === url) storyboard.value = readStoryboard(result.value, (name) => new URL(name, new URL(url, window.location.href)).href)
  }, { immediate: true })

  watch(() => playback.value?.waveformUrl ?? null, async (url) => {
    waveform.value = []
    if (url === null) return
    const result = await review.document(url)
    if (result.ok && playback.value?.waveformUrl === url) waveform.value = readWaveform(result.value)
  }, { immediate: true })

  return { storyboard, waveform }
}
