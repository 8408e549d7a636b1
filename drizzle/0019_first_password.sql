ALTER TABLE "password_reset" ADD COLUMN "mailed" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "identity" ADD COLUMN "first_password_until" timestamp (3) with time zone;