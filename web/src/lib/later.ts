import { type ComponentType, lazy } from 'react'
import { untilReached } from './server-health'

/** Tried again once there is a connection, where there was none; a file that is missing all the same is an error. */
const persist = <M>(load: () => Promise<M>): Promise<M> => load().catch(async () => ((await untilReached()) ? persist(load) : load()))

/** As `lazy`, for a part of a page: whoever loses the connection before it is there keeps the page, and the part comes by itself. */
export const later = <P extends object>(load: () => Promise<{ default: ComponentType<P> }>) => lazy(() => persist(load))
