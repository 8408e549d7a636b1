import type { alerts as english } from '../en/alerts'
import type { Shape } from '../shape'

export const alerts: Shape<typeof english> = {
  alerts: {
    acknowledge_selected_one: 'Prendi in carico {{count}} allarme selezionato',
    acknowledge_selected_other: 'Prendi in carico {{count}} allarmi selezionati',
    one: 'Allarme',
    title_column: 'Allarme',
    device: 'Dispositivo',
    source_ip: 'Origine',
    destination_ip: 'Destinazione',
    rule: 'Regola',
    count: 'Occorrenze',
    first_seen: 'Visto la prima volta',
    last_seen: 'Visto',
    actions: 'Azioni',
    comment: 'Commento',
    search: 'Cerca allarmi',
    previous: 'Allarme precedente',
    next: 'Allarme seguente',
    acknowledge: 'Prendi in carico',
    acknowledge_named: 'Prendi in carico {{title}}',
    acknowledged_one: 'Preso in carico: {{title}}',
    acknowledged_many: '{{count}} presi in carico',
    copy_address: 'Copia {{address}}',
    none: 'Nessun allarme',
    none_device: 'Da questo dispositivo non è arrivato nulla.',
    none_open: 'Nessun allarme aperto',
    none_open_hint: 'Tutto tranquillo. I nuovi allarmi compaiono qui da soli.',
    open_count_suffix: 'allarmi aperti',
    status: { label: 'Stato', open: 'Aperto', acknowledged: 'In carico', closed: 'Chiuso' },
  },
}
