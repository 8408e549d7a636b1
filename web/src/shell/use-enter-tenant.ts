import { useTranslation } from 'react-i18next'
import { switchTenant } from '@/lib/api'
import { leaveForms } from '@/lib/begun'
import { notify } from '@/lib/notify'
import { asProblem } from '@/lib/problem'
import { useSignOut } from './use-sign-out'

/** Goes on in another organization. It is another world: everything is loaded anew. */
export function useEnterTenant(): (id: string) => void {
  const { t } = useTranslation()
  const leave = useSignOut()
  const enter = async (id: string) => {
    try {
      if (await switchTenant(id)) return location.assign('/')
      notify.success(t('shell.switch_needs_code'))
      await leave()
    } catch (error) {
      notify.error(asProblem(error).message)
    }
  }
  return (id) => leaveForms(() => enter(id))
}
