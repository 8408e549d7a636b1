import { NavLink, Outlet } from 'react-router'
import { classNames } from '@/lib/class-names'

/** On a phone the entries scroll sideways; the current one must be in sight. */
function showCurrent(list: HTMLUListElement | null): void {
  list?.querySelector('[aria-current="page"]')?.scrollIntoView({ block: 'nearest', inline: 'center' })
}

/** Pages that belong together, their names beside the current one. */
export function SideNavigation({ label, pages }: { label: string; pages: readonly { to: string; label: string }[] }) {
  return (
    <div className="flex h-full flex-col gap-4 xl:flex-row xl:gap-6">
      <nav aria-label={label} className="thin-scrollbar -mx-1 shrink-0 overflow-x-auto px-1 xl:w-48 xl:pt-1">
        <ul ref={showCurrent} className="flex gap-1 xl:flex-col xl:gap-0.5">
          {pages.map((page) => (
            <li key={page.to}>
              <NavLink
                to={page.to}
                className={({ isActive }) =>
                  classNames(
                    'flex h-8 items-center rounded-md px-2.5 whitespace-nowrap transition-colors',
                    isActive ? 'bg-hover text-text font-medium' : 'text-muted hover:bg-hover hover:text-text',
                  )
                }
              >
                {page.label}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <div className="min-h-0 min-w-0 flex-1">
        <Outlet />
      </div>
    </div>
  )
}
