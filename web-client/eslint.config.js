import pluginVue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'

const noPeer = { name: 'RTCPeerConnection', message: 'Only src/media speaks WebRTC.' }
const noDocument = ['document', 'window', 'localStorage', 'sessionStorage', 'location', 'history']
  .map((name) => ({ name, message: 'Only src/apps touches the document; pass what you need.' }))

export default tseslint.config(
  { ignores: ['dist/', 'test-results/', 'playwright-report/', 'src/contracts/generated.ts', 'src/contracts/openapi.d.ts'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  ...pluginVue.configs['flat/recommended'],
  {
    languageOptions: {
      parserOptions: { parser: tseslint.parser, projectService: { allowDefaultProject: ['*.js', 'scripts/*.mjs'] }, extraFileExtensions: ['.vue'], tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // Unions are closed: a new member must be handled everywhere it is switched on.
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      // Augmenting a library's types needs an interface; elsewhere `type X = …` is the custom.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // Code points are what a masked name or an initial is made of.
      '@typescript-eslint/no-misused-spread': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      // `() => undefined`-like one-liners that return a call's void are clearer than a block.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Generic guards name their type once on purpose.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // lib.dom says an API is always there; the browsers of our buyers disagree.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      'no-restricted-syntax': ['error', { selector: 'TSEnumDeclaration', message: 'Use a union of strings.' }],
      'max-lines': ['error', { max: 400, skipBlankLines: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-restricted-globals': ['error', noPeer],
      'vue/no-v-html': 'error',
      'vue/multi-word-component-names': 'error',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/html-self-closing': ['error', { html: { void: 'any', normal: 'always', component: 'always' } }],
      'vue/html-indent': 'off',
      'vue/no-template-shadow': 'error',
      'vue/require-default-prop': 'off',
      'vue/component-api-style': ['error', ['script-setup']],
    },
  },
  // A setup store is a module written as a function: its size is the file's.
  { files: ['src/apps/agent-console/**/*Store.ts'], rules: { 'max-lines-per-function': 'off' } },
  // The fake server of the desk answers offers, which the pages never do.
  { files: ['src/apps/agent-console/dev/**'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['src/media/**'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['src/call/**', 'src/signalling/**', 'src/ui/**', 'src/contracts/**'], rules: { 'no-restricted-globals': ['error', noPeer, ...noDocument] } },
  { files: ['**/*.test.ts', 'e2e/**', 'src/apps/gallery/states.ts'], rules: { 'max-lines-per-function': 'off', 'max-lines': 'off', '@typescript-eslint/no-non-null-assertion': 'off' } },
  // A set-up store is a module in the form of a function.
  { files: ['src/apps/**/*Store.ts'], rules: { 'max-lines-per-function': 'off' } },
  // Stand-ins for the server and the browser, for development only.
  { files: ['src/apps/*/dev/**'], rules: { 'no-restricted-globals': 'off', '@typescript-eslint/require-await': 'off', '@typescript-eslint/no-base-to-string': 'off' } },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
)
