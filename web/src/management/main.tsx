import { start } from '@/start'
import { router } from './router'
import { en, instead } from './words/en'

await start(router, {
  en: async () => ({ ...en, ...instead }),
  it: async () => {
    const italian = await import('./words/it')
    return { ...italian.it, ...italian.instead }
  },
})
