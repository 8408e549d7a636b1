import { useLayoutEffect, useState } from 'react'
import type { DefaultValues, FieldValues } from 'react-hook-form'
import { useTranslation } from 'react-i18next'
import type { Tagged } from '@/lib/answers'
import { changedFrom } from '@/lib/changed'
import { notify } from '@/lib/notify'
import { asProblem } from '@/lib/problem'
import { type ServerForm, useServerForm } from './form'
import type { Comparison } from './version-conflict'

type VersionedForm<Values extends FieldValues> = { form: ServerForm<Values>; conflict: Comparison<Values> | null; discard: () => void }

const versionOf = (etag: string | null) => Number(etag?.match(/\d+/)?.[0] ?? 0)

/** A form over one thing that others change, too: what is typed stays, and where somebody saved first (412) both versions are held out. */
export function useVersionedForm<Values extends FieldValues, Data>(options: {
  tagged: Tagged<Data>
  read: (data: Data) => Values
  /** Changes no other version than the one it is given, which the form was filled from. */
  save: (values: Values, etag: string | null, data: Data) => Promise<Tagged<Data>>
  fetchSaved: () => Promise<Tagged<Data>>
}): VersionedForm<Values> {
  const { tagged, read } = options
  const { t } = useTranslation()
  // The version that the form was filled from, which is what If-Match has to name.
  const [base, setBase] = useState(tagged)
  const [conflict, setConflict] = useState<{ mine: Values; theirs: Tagged<Data> } | null>(null)
  const settle = (on: Tagged<Data>) => {
    setBase(on)
    setConflict(null)
    form.reset(read(on.data))
  }
  const save = async (values: Values, from: Tagged<Data>) => {
    try {
      settle(await options.save(values, from.etag, from.data))
      notify.success(t('form.saved'))
    } catch (error) {
      if (asProblem(error).status !== 412) throw error
      const theirs = await options.fetchSaved()
      // What was left as it had been is not held against what somebody else made of it.
      setConflict({ mine: { ...read(theirs.data), ...changedFrom(read(from.data), values) }, theirs })
    }
  }
  const form = useServerForm<Values>({
    defaultValues: read(tagged.data) as DefaultValues<Values>,
    submit: (values) => save(values, base),
  })
  const { isDirty, isSubmitting } = form.formState
  const isNewer = versionOf(tagged.etag) > versionOf(base.etag)
  // Somebody else's version is taken over only while nothing is typed; otherwise saving finds out, with a 412. Before the next key is heard, which
  // would be typed into the version before.
  useLayoutEffect(() => {
    if (isNewer && !isDirty && !isSubmitting) settle(tagged)
  }, [isNewer, isDirty, isSubmitting])
  return {
    form,
    discard: () => settle(base),
    conflict: conflict && {
      mine: conflict.mine,
      theirs: read(conflict.theirs.data),
      onKeepMine: () => save(conflict.mine, conflict.theirs),
      onTakeTheirs: () => settle(conflict.theirs),
      onClose: () => setConflict(null),
    },
  }
}
