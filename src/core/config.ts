import { readConfiguration } from './configuration'

/** This process' own configuration. Commands check what they require before they load anything that uses it. */
export const config = readConfiguration(Bun.env)
