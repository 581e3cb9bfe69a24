import type { RecordingFileView, ReviewPlaybackView } from '@/contracts/generated'

/** A voice in fragments has a playlist beside it: by that the player seeks exactly, where a bare file would be read from its start. */
export function withPlaylists(playback: ReviewPlaybackView, files: readonly RecordingFileView[]): ReviewPlaybackView {
  const playlists = new Set(files.filter((file) => file.name.endsWith('.m3u8')).map((file) => file.url))
  return {
    ...playback,
    voices: playback.voices.map((voice) => {
      const playlist = voice.url.replace(/\.mp4$/, '.m3u8')
      return playlist !== voice.url && playlists.has(playlist) ? { ...voice, url: playlist } : voice
    }),
  }
}
