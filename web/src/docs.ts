import 'swagger-ui-dist/swagger-ui.css'
import SwaggerUIBundle from 'swagger-ui-dist/swagger-ui-es-bundle.js'

// The API reference: the document the server generates from its routes, shown without anything from outside.

interface Shown {
  specJson: () => { getIn: (path: string[]) => unknown }
}
type MayTry = (state: unknown, path: string, method: string) => boolean

/** What another program serves cannot be tried: pages of ours call nothing but what served them. */
const triesOwn = (system: { specSelectors: Shown }) => ({
  statePlugins: {
    spec: {
      wrapSelectors: {
        allowTryItOutFor: (may: MayTry) => (state: unknown, path: string, method: string) =>
          may(state, path, method) && !system.specSelectors.specJson().getIn(['paths', path, method, 'servers']),
      },
    },
  },
})

SwaggerUIBundle({
  dom_id: '#api',
  url: '/api/docs/json',
  deepLinking: true,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: false,
  validatorUrl: null,
  plugins: [triesOwn],
})
