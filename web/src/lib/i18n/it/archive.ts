import type { archive as english } from '../en/archive'
import type { Shape } from '../shape'

export const archive: Shape<typeof english> = {
  archive: {
    title: 'I dati della tua organizzazione',
    of: 'I dati di {{name}}',
    subtitle: 'La tua organizzazione lascia Monozu Cloud. Ecco tutto ciò che aveva.',
    made: 'Raccolti',
    size: 'Dimensione',
    rows: 'Righe',
    until: 'Questo link vale fino al',
    download: 'Scarica',
    hint: 'Un solo file (tar.gz) con un manifesto e un file per tabella. Conservalo in un luogo sicuro: poi i dati vengono eliminati da qui.',
  },
}
