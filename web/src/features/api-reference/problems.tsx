import { useTranslation } from 'react-i18next'
import { sentenceOf } from '@/lib/i18n'
import { Card, CardHeader } from '@/ui/card'
import type { Operation } from './document'
import { Said } from './said'

/** What the operation refuses: the words that programs meet, by status. */
export function Problems({ operation: { problems } }: { operation: Operation }) {
  const { t } = useTranslation()
  return (
    <Card>
      <CardHeader title={t('api_reference.refusals')} description={t('api_reference.problems')} />
      <dl className="space-y-2 px-4 pb-3 text-xs">
        {problems.map(({ status, words }) => (
          <div key={status} className="flex gap-3">
            <dt className="font-mono font-semibold">{status}</dt>
            <dd className="min-w-0 flex-1 space-y-1">
              {words.map(({ word, meaning }) => (
                <p key={word} className="text-pretty">
                  <code className="mr-2">{word}</code>
                  <span className="text-muted">
                    <Said>{sentenceOf(word) ?? meaning}</Said>
                  </span>
                </p>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}
