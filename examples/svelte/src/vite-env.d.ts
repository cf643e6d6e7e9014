/** What `.env.local` may set; `.env.example` says what each is. */
interface ImportMetaEnv {
  readonly VITE_ENDPOINT?: string
  readonly VITE_DEPLOYMENT?: string
  readonly VITE_TOKEN_URL?: string
}
