/** What is wrong with the configuration: one sentence a variable, by name and never by value. */
export class ConfigurationProblem extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join('\n'))
  }
}
