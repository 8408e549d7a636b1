ALTER TABLE "sso_provider" ALTER COLUMN "directory" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "identity_id" uuid;--> statement-breakpoint
ALTER TABLE "tenant_choice" ADD COLUMN "identity_id" uuid;--> statement-breakpoint
ALTER TABLE "mfa_challenge" ADD COLUMN "identity_id" uuid;--> statement-breakpoint
ALTER TABLE "sso_provider" ADD COLUMN "issuer" text;--> statement-breakpoint
ALTER TABLE "sso_handoff" ADD COLUMN "identity_id" uuid;--> statement-breakpoint
ALTER TABLE "sso_handoff" ADD COLUMN "provider" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "sso_transaction" ADD COLUMN "link" jsonb;--> statement-breakpoint
ALTER TABLE "identity" ADD COLUMN "last_used_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "sso_handoff" DROP COLUMN "provider_tenant_id";--> statement-breakpoint
ALTER TABLE "sso_provider" ADD CONSTRAINT "sso_provider_kind" CHECK (("sso_provider"."directory" is null) <> ("sso_provider"."issuer" is null));