import { router } from './router'
import { start } from './start'

await start(router)
