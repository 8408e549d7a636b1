import { readConfiguration } from '../core/configuration'
import { managementEnvironment } from './environment'

/** In the process of its own it is what core has; where both planes share one (tests), it is this plane's. */
export const config = readConfiguration(managementEnvironment(Bun.env))
