import { NuqsAdapter } from 'nuqs/adapters/react-router/v8'
import { Outlet } from 'react-router'

/** What a page writes into the address is seen by the router, too: views, favourites and the place are read from there. */
const inRouter = { shallow: false }

/** Around every route: state may be kept in the address. */
export function Root() {
  return (
    <NuqsAdapter defaultOptions={inRouter}>
      <Outlet />
    </NuqsAdapter>
  )
}
