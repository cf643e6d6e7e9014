import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
  // A sign-in comes back to a page of its own.
  build: { rolldownOptions: { input: ['index.html', 'redirect.html'] } },
})
