ALTER TABLE "mfa_challenge" ADD COLUMN "purpose" text DEFAULT 'verify' NOT NULL;--> statement-breakpoint
ALTER TABLE "tenant" ADD COLUMN "require_mfa" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "tenant" ADD COLUMN "session_idle_minutes" integer;--> statement-breakpoint
ALTER TABLE "tenant" ADD COLUMN "session_hours" integer;