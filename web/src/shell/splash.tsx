import { Logo } from './logo'

/** What is seen while the session is restored; a quick answer comes before it fades in. */
export function Splash() {
  return (
    <div className="grid h-full place-items-center" aria-busy>
      <Logo className="skeleton-delayed size-10" />
    </div>
  )
}
