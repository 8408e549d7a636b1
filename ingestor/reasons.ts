/** Why one record is not stored, each with what it means for who sent it. A word is never given another meaning: a new reason is a new word. */
export const reasons = {
  duplicate_label: 'two labels have the same name',
  duplicate_value: 'the request has another value for the same series and moment before it',
  feature_disabled: 'the deployment or the licence does not include the part of the product that this kind belongs to',
  invalid_data: '`detail` names what does not fit',
  invalid_id: 'the id is no text, or too long',
  invalid_record: 'it is no object',
  invalid_text: 'a text holds the character NUL',
  invalid_timestamp: 'the time is no ISO 8601 date and time with a zone, or does not exist',
  malformed: 'it cannot be read',
  name_required: 'a value has no name',
  number_out_of_range: 'a number is outside of the range of a double',
  record_too_large: 'it has more bytes than a record may have',
  timestamp_out_of_range: 'the time is not from 1970 to 2199',
  timestamp_required: 'it has no time, without which it could not be recognized when it is sent again',
  too_deep: 'it has more levels than a record may have',
  too_many_labels: 'it has more labels than a record may have',
  too_many_layouts: 'the organization has as many sets of metric names and labels as it may have',
  too_many_metrics: 'it has more metrics than a record may have',
  unknown_kind: 'there is no such kind',
  unsupported: 'this form is not taken',
} as const satisfies Record<string, string>

export type Reason = keyof typeof reasons
