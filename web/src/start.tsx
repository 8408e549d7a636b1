import './app.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { type ComponentProps, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router/dom'
import { type FurtherWords, startTranslations } from './lib/i18n'
import { queryClient } from './lib/query-client'
import { Notifications } from './shell/notifications'

/** What every entry begins with; it differs by its routes and words. */
export async function start(router: ComponentProps<typeof RouterProvider>['router'], words?: FurtherWords): Promise<void> {
  await startTranslations(words)
  const root = document.getElementById('root')
  if (!root) throw new Error('the page has no #root')
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Notifications />
      </QueryClientProvider>
    </StrictMode>,
  )
}
