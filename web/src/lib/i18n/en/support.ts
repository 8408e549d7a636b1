export const support = {
  support: {
    title: 'Support access',
    description: 'Staff of the platform see this organization only for a while and for a reason, and everybody here is shown that they do.',
    none: 'Nobody has asked',
    none_hint: 'What staff ask for appears here, and your administrators get a mail.',
    entering: 'You are being let in',
    not_let_in:
      'This way in was used already, is too old, or the access has ended. Enter once more from the Management console, or ask for access anew there.',
    ended_title: 'Your support access has ended',
    ended:
      'You do not see {{tenant}} any more: your time ran out, or somebody ended the access. Where you still need it, ask anew in the Management console.',
    approve: 'Approve',
    refuse: 'Refuse',
    end: 'End access',
    leave: 'Leave',
    manage: 'See who, and why',
    hours_one: 'for {{count}} hour',
    hours_other: 'for {{count}} hours',
    until: 'until {{at}}',
    mode: { read: 'read-only', write: 'may change things' },
    state: { asked: 'Waits for you', active: 'Has access', refused: 'Refused', ended: 'Ended', expired: 'Run out' },
    policy: {
      label: 'When staff ask for access',
      ask: 'Ask an administrator each time',
      allow: 'Let them in at once',
      never: 'Never let them in',
      hint: {
        ask: 'Nobody comes in before an administrator approves it.',
        allow: 'Administrators get a mail, and can end it at any time.',
        never: 'Every request is refused.',
      },
    },
    banner: {
      own: 'You are here as support, {{mode}}, until {{until}}. Everybody here sees that.',
      other: '{{name}} of the platform can see this organization, {{mode}}, until {{until}}.',
    },
  },
} as const
