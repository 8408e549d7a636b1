import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { NavigationType, useBlocker } from 'react-router'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { askToLeave, isBegunOn, useBegunForms } from '@/lib/begun'
import { isLeavingSession } from '@/lib/session'

/**
 * What was typed on a page is not lost without a question, whichever way somebody leaves. A page that goes on elsewhere by itself replaces its
 * address, and is not asked.
 */
export function LeaveQuestion() {
  const { t } = useTranslation()
  const answer = useBegunForms((state) => state.answer)
  const isBegun = useBegunForms((state) => state.forms.size > 0)
  const blocker = useBlocker(
    ({ currentLocation, nextLocation, historyAction }) =>
      isBegunOn(currentLocation.pathname) &&
      !isLeavingSession() &&
      historyAction !== NavigationType.Replace &&
      // On the same page who closes a drawer or opens another tab is asked there; who goes back to before it was opened, only here.
      (currentLocation.pathname !== nextLocation.pathname ||
        (historyAction === NavigationType.Pop && currentLocation.search !== nextLocation.search)),
  )

  // By the blocker itself: on a busy machine one step may be held right after another, and what lay between is never rendered.
  useEffect(() => {
    if (blocker.state === 'blocked') void askToLeave().then((mayBeLost) => (mayBeLost ? blocker.proceed() : blocker.reset()))
  }, [blocker])

  // The browser asks by itself where the page is closed or loaded anew; it is told only while there is something to lose.
  useEffect(() => {
    if (!isBegun) return
    const hold = (event: BeforeUnloadEvent) => {
      if (!isLeavingSession()) event.preventDefault()
    }
    window.addEventListener('beforeunload', hold)
    return () => window.removeEventListener('beforeunload', hold)
  }, [isBegun])

  return (
    <ConfirmDialog
      open={answer !== null}
      onOpenChange={(open) => !open && answer?.(false)}
      title={t('form.leave_title')}
      description={t('form.leave_description')}
      confirmLabel={t('action.discard')}
      onConfirm={async () => answer?.(true)}
    />
  )
}
