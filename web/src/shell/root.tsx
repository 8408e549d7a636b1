import { Outlet } from 'react-router'
import { AddressAdapter } from './address-adapter'

/** Around every route: state may be kept in the address. */
export function Root() {
  return (
    <AddressAdapter>
      <Outlet />
    </AddressAdapter>
  )
}
