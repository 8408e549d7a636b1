import { Problem } from '../../core/errors'
import { staffPass } from '../../core/hand-off'
import { config } from '../config'
import { type StaffScope, audit } from '../scope'

/** With what a member of staff calls `/api/v1/admin` of the Cloud for a few minutes. 409 `not_linked` where the planes share no secret. */
export async function issuePass(scope: StaffScope) {
  const [secret] = config.CLOUD_WEBHOOK_HMAC_SECRET
  if (!secret) throw new Problem(409, 'not_linked', 'CLOUD_WEBHOOK_HMAC_SECRET is not set')
  await audit(scope, 'cloud.pass', scope.actor.id)
  const token = staffPass.write(secret, { staff_id: scope.actor.id })
  return { token, expires_in: staffPass.lifeSeconds, url: `${config.CLOUD_URL}/api/v1/admin` }
}
