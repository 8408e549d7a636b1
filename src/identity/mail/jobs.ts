import type { Job } from '../../core/jobs'
import { sendMail } from './service'

export const mailJobs: Record<string, Job> = {
  'mail.send': (scope, { mail_id }) => sendMail(scope, mail_id),
}
