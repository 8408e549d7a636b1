import 'swagger-ui-dist/swagger-ui.css'
import SwaggerUIBundle from 'swagger-ui-dist/swagger-ui-es-bundle.js'

// The API reference: the document the server generates from its routes, shown without anything from outside.
SwaggerUIBundle({
  dom_id: '#api',
  url: '/api/docs/json',
  deepLinking: true,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: false,
  validatorUrl: null,
})
