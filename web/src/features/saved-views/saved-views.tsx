import { useQuery } from '@tanstack/react-query'
import { Bookmark, BookmarkPlus, PencilLine, RotateCcw, Save, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation, useNavigate } from 'react-router'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { useDensity } from '@/kit/data-table/column-chooser'
import { notify } from '@/lib/notify'
import { asProblem } from '@/lib/problem'
import { Button } from '@/ui/button'
import { Menu, MenuContent, MenuItem, MenuLabel, MenuRadioGroup, MenuRadioItem, MenuSeparator, MenuTrigger } from '@/ui/menu'
import { viewAddress, viewQuery } from './address'
import { type SavedView, type ViewedList, savedViewsQuery, useDeleteView, useMayShare, useUpdateView } from './queries'
import { ViewForm } from './view-form'

/** The views of a list: choose one, keep what the list shows now, renew, share, remove. */
export function SavedViews({ list }: { list: ViewedList }) {
  const { t } = useTranslation()
  const { search } = useLocation()
  const navigate = useNavigate()
  const mayShare = useMayShare()
  const { density } = useDensity()
  const [editing, setEditing] = useState<SavedView | 'new' | null>(null)
  const [removing, setRemoving] = useState<SavedView | null>(null)
  const update = useUpdateView()
  const remove = useDeleteView()
  const views = (useQuery(savedViewsQuery).data?.items ?? []).filter((view) => view.list === list)
  const current = views.find((view) => view.id === new URLSearchParams(search).get('view'))
  const changed = current !== undefined && viewQuery(search) !== viewQuery(current.query)
  const mayChange = current !== undefined && (!current.shared || mayShare)
  const here = viewQuery(search, density)
  const open = (view: SavedView | undefined) => navigate(view ? viewAddress(view) : '?')
  const renew = (view: SavedView) =>
    update.mutate(
      { id: view.id, change: { query: here } },
      {
        onSuccess: (saved) => {
          notify.success(t('views.updated', { name: view.name }))
          void open(saved)
        },
        onError: (error) => notify.error(asProblem(error).message),
      },
    )

  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <Button aria-label={current ? t('views.current', { name: current.name }) : t('views.label')} className="max-w-56">
            <Bookmark aria-hidden className={current ? 'text-accent-text' : undefined} />
            <span className="truncate max-sm:hidden">{current?.name ?? t('views.label')}</span>
            {changed && (
              <span className="bg-accent size-1.5 shrink-0 rounded-full" title={t('views.changed')}>
                <span className="sr-only">{t('views.changed')}</span>
              </span>
            )}
          </Button>
        </MenuTrigger>
        <MenuContent className="w-64">
          <MenuRadioGroup value={current?.id ?? ''} onValueChange={(id) => void open(views.find((view) => view.id === id))}>
            <MenuRadioItem value="">{t('views.everything')}</MenuRadioItem>
            <Section title={t('views.private')} views={views.filter((view) => !view.shared)} />
            <Section title={t('views.shared')} views={views.filter((view) => view.shared)} />
          </MenuRadioGroup>
          <MenuSeparator />
          {current && changed && (
            <MenuItem onSelect={() => void open(current)}>
              <RotateCcw aria-hidden />
              {t('views.reset')}
            </MenuItem>
          )}
          {current && changed && mayChange && (
            <MenuItem onSelect={() => renew(current)}>
              <Save aria-hidden />
              <span className="truncate">{t('views.update', { name: current.name })}</span>
            </MenuItem>
          )}
          <MenuItem onSelect={() => setEditing('new')}>
            <BookmarkPlus aria-hidden />
            {t('views.save_as')}
          </MenuItem>
          {current && mayChange && (
            <>
              <MenuItem onSelect={() => setEditing(current)}>
                <PencilLine aria-hidden />
                {t('views.edit')}
              </MenuItem>
              <MenuItem danger onSelect={() => setRemoving(current)}>
                <Trash2 aria-hidden />
                {t('views.remove')}
              </MenuItem>
            </>
          )}
        </MenuContent>
      </Menu>
      {editing && (
        <ViewForm
          list={list}
          view={editing === 'new' ? null : editing}
          query={here}
          onDone={(view) => {
            setEditing(null)
            if (editing === 'new' && view) void open(view)
          }}
        />
      )}
      <ConfirmDialog
        open={removing !== null}
        onOpenChange={(isOpen) => !isOpen && setRemoving(null)}
        title={t('views.remove_title', { name: removing?.name ?? '' })}
        description={removing?.shared ? t('views.remove_shared') : t('views.remove_private')}
        confirmLabel={t('views.remove')}
        onConfirm={async () => {
          if (removing) await remove.mutateAsync(removing.id)
          void open(undefined)
        }}
      />
    </>
  )
}

function Section({ title, views }: { title: string; views: readonly SavedView[] }) {
  if (views.length === 0) return null
  return (
    <>
      <MenuLabel>{title}</MenuLabel>
      {views.map((view) => (
        <MenuRadioItem key={view.id} value={view.id}>
          <span className="truncate">{view.name}</span>
        </MenuRadioItem>
      ))}
    </>
  )
}
