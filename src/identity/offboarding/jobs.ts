import type { Job } from '../../core/jobs'
import { eraseTenant, makeArchive } from './service'

export const offboardingJobs: Record<string, Job> = { 'offboarding.archive': makeArchive, 'offboarding.erase': eraseTenant }
