/** The build of hls.js without captions, alternate audio and protection, which a recording has none of; same types. */
declare module 'hls.js/light' {
  export { default } from 'hls.js'
}
