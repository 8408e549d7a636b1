import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: here('.'),
  logLevel: 'warn',
  plugins: [react(), tailwindcss()],
  resolve: { alias: { '@': here('src') } },
  build: {
    outDir: here('../dist/web'),
    emptyOutDir: true,
    // The API reference is one large library, loaded by its own page alone.
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      input: [here('index.html'), here('management.html'), here('docs.html')],
      // A browser asks for six files at a time: what several entries begin with is one, and small pieces that many pages share are another.
      output: {
        codeSplitting: {
          groups: [
            { name: 'first', tags: ['$initial'], minShareCount: 2, priority: 1 },
            {
              debugName: 'pieces',
              name: (id, modules) => (modules.getModuleInfo(id)?.dynamicImporters.length ? null : 'pieces'),
              minShareCount: 3,
              maxModuleSize: 2000,
            },
          ],
        },
      },
    },
    // A data: URL would need a wider content security policy than the server sends.
    assetsInlineLimit: 0,
    // Every browser of today does it by itself.
    modulePreload: { polyfill: false },
  },
  server: {
    port: 5173,
    proxy: { '/api': { target: process.env['API_PROXY_TARGET'] ?? 'http://localhost:8000', ws: true } },
  },
})
