export const archive = {
  archive: {
    title: 'The data of your organization',
    of: 'The data of {{name}}',
    subtitle: 'Your organization is leaving Monozu Cloud. Here is everything it had.',
    made: 'Put together',
    size: 'Size',
    rows: 'Rows',
    until: 'This link works until',
    download: 'Download',
    hint: 'One file (tar.gz) with a manifest and one file a table. Keep it in a safe place: afterwards the data is deleted here.',
  },
} as const
