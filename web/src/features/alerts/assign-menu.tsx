import { UserRound } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Choice } from '@/kit/choice'
import { useIsMember, useMe } from '@/lib/me'
import { useAssigneeChoice } from './assignees'

/** Gives many alerts to somebody, to oneself or to nobody. */
export function AssignMenu({ busy, onAssign }: { busy: boolean; onAssign: (user_id: string | null) => void }) {
  const { t } = useTranslation()
  const me = useMe().user.id
  const isMember = useIsMember()
  const [text, setText] = useState('')
  const offer = useAssigneeChoice([], text, isMember ? me : null)
  return (
    <Choice
      {...offer}
      icon={UserRound}
      label={t('alerts.assignee.to')}
      onText={setText}
      onChange={([id]) => id && !busy && onAssign(id === 'nobody' ? null : id)}
      most={1}
      nothing={t('palette.nothing')}
    />
  )
}
