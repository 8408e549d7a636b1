import type { map as english } from '../en/map'
import type { Shape } from '../shape'

export const map: Shape<typeof english> = {
  map: {
    title: 'Mappa',
    views: 'Dispositivi come',
    view: { list: 'Elenco', map: 'Mappa' },
    keys: 'Le frecce spostano la mappa, più e meno la ingrandiscono e riducono, zero mostra tutto.',
    closer: 'Ingrandisci',
    farther: 'Riduci',
    everything: 'Mostra tutto',
    places_one: '{{count}} luogo',
    places_other: '{{count}} luoghi',
    no_devices: 'nessun dispositivo',
    search: 'Cerca unità e sedi',
    on_map: 'Sulla mappa',
    not_on_map: 'Senza posizione',
    none_placed: 'Nessuna unità o sede ha ancora una posizione: indica le coordinate e comparirà qui.',
    all_placed: 'Ogni unità e ogni sede ha la sua posizione.',
    tell: 'Indica dove si trova',
    tell_of: 'Indica dove si trova {{name}}',
  },
}
