/** The same keys with other words: what every further language has to fill completely. */
export type Shape<Words> = { [Key in keyof Words]: Words[Key] extends string ? string : Shape<Words[Key]> }
