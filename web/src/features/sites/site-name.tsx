import { useQuery } from '@tanstack/react-query'
import { useCan } from '@/lib/me'
import { siteNameQuery } from './queries'

export function SiteName({ id }: { id: string | null }) {
  const can = useCan()
  const { data } = useQuery({ ...siteNameQuery(id ?? ''), enabled: id !== null && id !== '' && can('sites.read') })
  return data ?? '—'
}
