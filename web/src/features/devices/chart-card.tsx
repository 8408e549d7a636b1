import type { ReactNode } from 'react'
import { Card, CardHeader } from '@/ui/card'

export function ChartCard({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <Card>
      <CardHeader title={title}>{action}</CardHeader>
      <div className="px-2 pb-3">{children}</div>
    </Card>
  )
}
