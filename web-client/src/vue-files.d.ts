/** For tools that read TypeScript without reading .vue files (eslint); vue-tsc sees the real types. */
declare module '*.vue' {
  import type { Component } from 'vue'

  const component: Component
  export default component
}
